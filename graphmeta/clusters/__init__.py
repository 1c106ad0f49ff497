"""Communities over the layers, and their confirmation on data that had no say."""
