"""JSON in and out, shared by pages, API and formats: claims, preconditions, problem details."""
