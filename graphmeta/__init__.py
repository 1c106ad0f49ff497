"""Find groups of accounts that spam or recruit in concert, from who contacted whom and when."""
