"""What the bodies of the history look like, for the OpenAPI schema only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s


class ChangeSerializer(s.Serializer[Any]):
    id = s.IntegerField()
    batch = s.UUIDField(help_text="Rows of the same action share it; it is what is undone.")
    at = s.DateTimeField()
    actor = s.CharField(help_text="Who did it; people who left by their pseudonym.")
    action = s.CharField(help_text="As entry.merge, claim.update or undo.")
    object_type = s.CharField()
    object_id = s.CharField()
    name = s.CharField(help_text="What the object is called, or the claim's words.")
    differences = s.ListField(child=s.CharField(), help_text="What changed, in words.")
    before = s.JSONField(allow_null=True, help_text="Null for what was made.")
    after = s.JSONField(allow_null=True, help_text="Null for what was deleted.")


class UndoneSerializer(s.Serializer[Any]):
    batch = s.UUIDField(help_text="Of the undo itself, which can be undone too.")
