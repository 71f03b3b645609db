"""What exists before anyone annotates: documents and the registries shared by all work on them."""
