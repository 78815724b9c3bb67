"""What an API route takes and gives: its declaration comes in beside it; checked values of a request, and the declaration itself, go out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request

from dossier.desks.casefile import plausible
from dossier.errors import SENTENCES, DossierError
from dossier.web import once

View = TypeVar("View", bound=Callable[..., Any])
Schema = Mapping[str, Any]

ANY: Schema = {}
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
FILE: Schema = {"type": "string", "format": "binary"}
WORD: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
REASON: Schema = {"type": "string", "minLength": 1, "maxLength": 2000}
# What a JSON number can be without losing digits; larger ids are nobody's.
LARGEST = 2**53 - 1
_FALSE, _TRUE = ("", "0", "false", "no"), ("1", "true", "yes", "on")
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def ref(name: str) -> Schema:
    """One of schemas.NAMED."""
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these members, and perhaps others that later versions add."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def listed(of: Schema, *, least: int = 0, most: int | None = None) -> Schema:
    """A list of such values."""
    return {"type": "array", "items": of, **({"minItems": least} if least else {}), **({"maxItems": most} if most else {})}


def maybe(schema: Schema) -> Schema:
    """Such a value, or null."""
    return {"anyOf": [schema, {"type": "null"}]} if "$ref" in schema else {**schema, "type": [schema["type"], "null"]}


def one_of(*values: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(values)}


def number(least: int, most: int, default: int | None = None) -> Schema:
    """A whole number between two others."""
    return {"type": "integer", "minimum": least, "maximum": most, **({"default": default} if default is not None else {})}


def told_as(schema: Schema, description: str) -> Schema:
    """The same with a description."""
    return {**schema, "description": description}


# How a hand-over lay when it was looked at: its own `seen`.
SEEN = told_as(maybe(WORD), "移送的 seen 值；与现状不同则不执行 what the hand-over told as `seen`: refused when it lies otherwise by now")


@dataclass(frozen=True)
class Told:
    """One route's declaration. answer: a schema of JSON, or the media type of a file. errors: codes that it may answer besides the common ones."""

    zh: str
    en: str
    answer: Schema | str
    status: int
    query: Mapping[str, Schema]
    body: Schema | None
    files: Schema | None
    errors: tuple[str, ...]


def told(
    zh: str,
    en: str,
    answer: Schema | str,
    *,
    status: int = 200,
    query: Mapping[str, Schema] | None = None,
    body: Schema | None = None,
    files: Schema | None = None,
    errors: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """Declares an API route; stands right above the function. A write that carries an Idempotency-Key is done once and answered alike.

    body: of a JSON request; files: of a multipart one. An unknown error code is a mistake of the program (KeyError).
    """
    for code in errors:
        SENTENCES[code]
    declaration = Told(zh, en, answer, status, query or {}, body, files, errors)

    def mark(view: View) -> View:
        @wraps(view)
        def declared(*args: Any, **values: Any) -> Any:
            return once.answer(lambda: view(*args, **values))

        declared.told = declaration  # type: ignore[attr-defined]
        return cast(View, declared)

    return mark


def asked(schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """The query's values by these schemas, defaults filled in, None for what was not asked. Raises DossierError bad_request, date_bad."""
    return {name: _asked(name, schema) for name, schema in schemas.items()}


def _asked(name: str, schema: Schema) -> Any:
    value = request.args.get(name)
    return schema.get("default") if value is None else fit(_typed(value, schema), schema, name)


def given(schema: Schema) -> dict[str, Any]:
    """The members of the request's JSON object, or of its form; None for those that are not there. Raises DossierError bad_request, date_bad."""
    if request.is_json:
        value = request.get_json(silent=True) if request.get_data() else {}
    else:
        lists = {name: request.form.getlist(name) for name in schema["properties"]}
        value = {name: _of_form(values, schema["properties"][name]) for name, values in lists.items() if values}
    found: dict[str, Any] = fit(value, schema, "body")
    return {name: found.get(name) for name in schema["properties"]}


def _of_form(values: list[str], schema: Schema) -> Any:
    return [_typed(one, schema["items"]) for one in values] if schema.get("type") == "array" else _typed(values[0], schema)


def _typed(value: str, schema: Schema) -> Any:
    """A word of a form or a query as what its schema wants, when it can be that."""
    kinds = _kinds(schema)
    if "integer" in kinds and re.fullmatch(r"-?\d{1,16}", value, re.ASCII):
        return int(value)
    if "boolean" in kinds and value.lower() in (*_TRUE, *_FALSE):
        return value.lower() in _TRUE
    return value


def _kinds(schema: Schema) -> tuple[str, ...]:
    kind = schema.get("type", ())
    return (kind,) if isinstance(kind, str) else tuple(kind)


def fit(value: Any, schema: Schema, name: str) -> Any:
    """The value, when it is as the schema says (the part of JSON Schema that this module writes); a day as a date. Raises bad_request, date_bad."""
    kinds = _kinds(schema)
    if kinds and not any(_IS[kind](value) for kind in kinds):
        raise _bad(f"{name} 应为 {'、'.join(_KIND_NAMES[kind] for kind in kinds)}", f"{name} must be {' or '.join(kinds)}")
    if "enum" in schema and value not in schema["enum"]:
        raise _bad(
            f"{name} 应为 {'、'.join(map(str, schema['enum']))} 之一", f"{name} must be one of {', '.join(map(str, schema['enum']))}"
        )
    if isinstance(value, str):
        return _text(value, schema, name)
    if isinstance(value, list):
        _size(len(value), schema.get("minItems", 0), schema.get("maxItems"), name, "的项数", "items")
        return [fit(one, schema.get("items", ANY), name) for one in value]
    if isinstance(value, dict) and "properties" in schema:
        return _object(value, schema, name)
    if isinstance(value, int) and not isinstance(value, bool):
        _size(value, schema.get("minimum", -LARGEST), schema.get("maximum", LARGEST), name)
    return value


def _object(value: dict[str, Any], schema: Schema, name: str) -> dict[str, Any]:
    for key in schema.get("required", ()):
        if key not in value:
            raise _bad(f"缺少 {key}", f"{key} is missing")
    return {
        key: fit(value[key], inner, f"{name}.{key}" if name != "body" else key)
        for key, inner in schema["properties"].items()
        if key in value
    }


def _text(value: str, schema: Schema, name: str) -> Any:
    if _UNFIT.search(value):
        raise _bad(f"{name} 含有不能保存的字符", f"{name} holds characters that cannot be kept")
    _size(len(value), schema.get("minLength", 0), schema.get("maxLength"), name, "的字数", "characters")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise _bad(f"{name} 的格式不对", f"{name} is malformed")
    if schema.get("format") != "date":
        return value
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError(value)
        return plausible(date.fromisoformat(value))
    except ValueError:
        raise DossierError("date_bad", value=value) from None


def _size(size: int, least: int, most: int | None, name: str, of: str = "", of_en: str = "") -> None:
    if size < least or (most is not None and size > most):
        said, bounds = most if most is not None else "…", f"{name} must have" if of_en else f"{name} must be from"
        raise _bad(f"{name} {of}应在 {least} 到 {said} 之间", f"{bounds} {least} to {said} {of_en}".rstrip())


def _bad(what: str, what_en: str) -> DossierError:
    return DossierError("bad_request", what=what, what_en=what_en)


_IS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
_KIND_NAMES = {
    "string": "文字", "integer": "整数", "number": "数", "boolean": "true 或 false", "array": "列表", "object": "JSON 对象", "null": "null",
}  # fmt: skip
