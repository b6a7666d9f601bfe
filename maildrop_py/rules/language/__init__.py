"""language: from YAML to a checked model, with mistakes that say what would be right."""
