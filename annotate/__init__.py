"""Everything people and machines say about a corpus, and the site they say it on."""
