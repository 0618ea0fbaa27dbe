"""The base of everything that can stand in the file: frozen, closed, strict.

Keys are documented once, as the string below each field. Those strings are read from the source only when a schema
or an explanation is asked for: reading and building them eagerly costs 0.3 s at every start.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Protocol, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, core_schema

__all__ = [
    "Choice",
    "Fraction",
    "Name",
    "NonNegative",
    "PerInput",
    "Positive",
    "PositiveInt",
    "Reference",
    "Shelf",
    "Spec",
    "Tuple",
    "choices_of",
    "key_docs",
    "keys_of",
]


class Spec(BaseModel):
    """A section of the file, or a part of one."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        defer_build=True,
        serialize_by_alias=True,
        allow_inf_nan=False,
        protected_namespaces=(),
    )

    @classmethod
    def standard(cls) -> Self:
        """Return the spec with its defaults alone, as the default of another one.

        It builds no validator, as `cls()` would: twenty of kinds that the file does not use cost 50 ms at every start.
        """
        return cls.model_construct()  # type: ignore[return-value] # mypy's plugin says Spec

    def departs(self, key: str) -> bool:
        """Return whether the spec has the key, with another value than its default."""
        field = type(self).model_fields.get(key)
        return field is not None and getattr(self, key) != field.default


Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
PositiveInt = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=100)]
Reference = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=200)]
"""A tensor of the model: an input, a layer's output, or one of its states: `encoder.state_h`."""
DISCRIMINATORS = ("kind", "layer", "cell")
Tuple = Strict(False)  # Annotated[tuple[X, ...], Tuple]: YAML has lists only


def keys_of(spec: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a spec by the key that stands in the file (`from` is no name in Python)."""
    return {field.alias or name: field for name, field in spec.model_fields.items()}


@cache
def choices_of(union: Any, key: str) -> Mapping[str, type[Spec]]:
    """Return the members of a union of specs by the value of their discriminating key."""
    members = get_args(union) or (union,)
    return {member.model_fields[key].default: member for member in members}


class Shelf(Protocol):
    """What plugins add to a union of specs: see `rnnlab.plugging`."""

    def members(self) -> Mapping[str, type[Spec]]:
        """Return the members of all loaded plugins by name."""

    def seek(self, name: str) -> None:
        """Load the installed plugin that has a member of that name, if there is one."""


class Choice:
    """Marks a union whose members are told apart by `key`: `Annotated[A | B, Choice("kind")]`.

    Unlike pydantic's discriminator it builds only the validator of the member that is used, and with `short` a bare
    string stands for the member of that name with its defaults; with `implied` a key stands for a member where the
    discriminating one is left out: `{reuse: encoder}`; to a union with a `shelf` plugins add members.
    """

    def __init__(
        self, key: str, *, short: bool = False, implied: Mapping[str, str] | None = None, shelf: Shelf | None = None
    ) -> None:
        self.key = key
        self.short = short
        self.implied = dict(implied or {})
        self.shelf = shelf

    def members(self, union: Any) -> Mapping[str, type[Spec]]:
        """Return the members of the union, then those of the plugins that are loaded now."""
        own = choices_of(union, self.key)
        return {**own, **self.shelf.members()} if self.shelf else own

    def seek(self, union: Any, name: str) -> Mapping[str, type[Spec]]:
        """Return the members, after loading an installed plugin where only that can know the name."""
        if self.shelf and name not in self.members(union):
            self.shelf.seek(name)
        return self.members(union)

    def name_in(self, data: Any) -> Any:
        """Return the name of the member that plain data are meant for, None where nothing says it."""
        if not isinstance(data, dict):
            return data if self.short else None
        implied = (member for key, member in self.implied.items() if key in data)
        return data[self.key] if data.get(self.key) is not None else next(implied, None)

    def __get_pydantic_core_schema__(self, union: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate by looking the member up."""

        def validate(value: Any) -> Spec:
            name = self.name_in(value)
            members = self.seek(union, name) if isinstance(name, str) else self.members(union)
            if isinstance(value, Spec) and type(value) in members.values():
                return value
            if self.short and isinstance(value, str):
                value = {self.key: value}
            context: dict[str, Any] = {"key": self.key, "known": list(members), "short": self.short}
            context["plugged"] = self.shelf is not None
            if not isinstance(value, dict):
                raise PydanticCustomError("choice_type", "must be a mapping with `{key}`", context)
            name = self.name_in(value)  # again: a bare string became a mapping
            if name is None:
                raise PydanticCustomError("choice_missing", "`{key}` is missing", context)
            if not isinstance(name, str) or name not in members:
                raise PydanticCustomError("choice_unknown", "unknown {key} `{name}`", context | {"name": str(name)})
            return members[name].model_validate(value)

        return core_schema.no_info_plain_validator_function(
            validate,
            metadata={"choice": (self, union)},
            serialization=core_schema.plain_serializer_function_ser_schema(_dump),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return a oneOf with the discriminator, for editors."""
        _, union = schema["metadata"]["choice"]
        members = self.members(union)
        branches = []
        for member in members.values():
            branch = handler(member.__pydantic_core_schema__ if member.__pydantic_complete__ else _built(member))
            branches.append(branch)
        if self.short:
            branches.append({"type": "string", "enum": list(members)})
        return {"oneOf": branches}


class PerInput:
    """Marks a section that is one spec for every input, or one for each by name: `Annotated[…, PerInput(Text)]`.

    A mapping without any key of the spec is meant by name: `{source: {unit: character}, target: {unit: token}}`.
    """

    def __init__(self, spec: type[Spec]) -> None:
        self.spec = spec

    def by_name(self, data: Any) -> bool:
        """Return whether plain data are meant by name."""
        return (
            isinstance(data, dict)
            and bool(data)
            and not set(data) & set(keys_of(self.spec))
            and all(isinstance(value, dict | Spec) for value in data.values())
        )

    def __get_pydantic_core_schema__(self, union: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate as the one or the other, so that errors are of what was meant."""

        def validate(value: Any) -> Any:
            if self.by_name(value):
                return _named_specs(self.spec).validate_python(value)
            return self.spec.model_validate(value)

        return core_schema.no_info_plain_validator_function(
            validate,
            metadata={"per_input": self},
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: (
                    {name: _dump(spec) for name, spec in value.items()} if isinstance(value, dict) else _dump(value)
                )
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return an anyOf of the two, for editors."""
        one = handler(_built(self.spec))
        return {"anyOf": [one, {"type": "object", "additionalProperties": one}]}


@cache
def _named_specs(spec: type[Spec]) -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(dict[Name, spec])  # type: ignore[valid-type]


def _built(member: type[Spec]) -> core_schema.CoreSchema:
    member.model_rebuild()
    return member.__pydantic_core_schema__


def _dump(value: Spec) -> dict[str, Any]:
    """Return plain data without what is left out; a null that is not the default is kept: `merge_mode: null`."""
    nulls = {
        field.alias or name: None
        for name, field in type(value).model_fields.items()
        if getattr(value, name) is None and not field.is_required() and field.default is not None
    }
    return value.model_dump(mode="json", exclude_none=True) | nulls


@cache
def key_docs(spec: type[BaseModel]) -> Mapping[str, str]:
    """Return the documentation of every key: the string that stands below its field, bases included."""
    docs: dict[str, str] = {}
    for owner in reversed(spec.__mro__):
        if not (isinstance(owner, type) and issubclass(owner, BaseModel)) or owner in (BaseModel, Spec):
            continue
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
        assert isinstance(definition, ast.ClassDef)
        for field, below in zip(definition.body, definition.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                docs[field.target.id] = inspect.cleandoc(below.value.value)
    keys = {name: field.alias or name for name, field in spec.model_fields.items()}
    return {keys.get(name, name): doc for name, doc in docs.items()}
