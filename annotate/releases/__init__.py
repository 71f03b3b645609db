"""What a release consists of: its data files, and the papers that are written from them."""
