"""Numbers and lists that screens, API and commands share; each starts from what the person who asks may see."""
