"""Which functions of ours a function may call, read from the source: what it names, followed through imports."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("riskassess", "partners")


@cache
def _names(module: str) -> dict[str, ast.AST | tuple[str, str]]:
    """What a module's names stand for: its own functions and classes, or module and name of what it imports."""
    found: dict[str, ast.AST | tuple[str, str]] = {}
    for node in ast.parse(_place(module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node.value for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return found


def _stands_for(module: str, name: str) -> tuple[str, str] | None:
    """Where a name is at home, however often it was handed on; a module of ours stands for itself, with no name."""
    told = _names(module).get(name)
    if isinstance(told, ast.AST):
        return module, name
    if told is None:
        return (f"{module}.{name}", "") if _place(f"{module}.{name}") else None
    return _stands_for(*told)


@cache
def _place(module: str) -> Path | None:
    place = ROOT / module.replace(".", "/")
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists()), None)


@cache
def _named_by(module: str, name: str) -> frozenset[tuple[str, str]]:
    return frozenset(_named_in(module, _names(module)[name]))


def _named_in(module: str, node: ast.AST) -> Iterator[tuple[str, str]]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            told = _stands_for(module, part.id)
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            home = _stands_for(module, part.value.id)
            told = _stands_for(home[0], part.attr) if home and not home[1] else None
        else:
            continue
        if told and told[1]:
            yield told


def reached_from(start: Iterable[tuple[str, str]], *, not_through: Iterable[tuple[str, str]] = ()) -> set:
    """Module and name of all that these may come to, themselves included."""
    waiting, found = list(start), set(not_through)
    while waiting:
        module, name = waiting.pop()
        if (module, name) not in found:
            found.add((module, name))
            waiting += _named_by(module, name)
    return found


def source_of(module: str, name: str) -> ast.AST:
    return _names(module)[name]


def views_by_route(urls: str = "riskassess.web.urls") -> dict[str, list[tuple[str, str]]]:
    """Of each named route, what of ours its line names."""
    found = {}
    for call in ast.walk(_names(urls)["urlpatterns"]):
        names = [part.value.value for part in getattr(call, "keywords", ()) if part.arg == "name"]
        if names:
            found[names[0]] = list(_named_in(urls, call.args[1]))
    return found
