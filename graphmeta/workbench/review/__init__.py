"""One cluster under review: what is shown, how long somebody looked, what they say."""
