"""Who stands behind the pseudonyms of one cluster: asked, approved by two others, opened once."""
