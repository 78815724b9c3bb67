"""People: logins, passwords and names come in; accounts, sessions and actors go out, and each change of an account tells the ledger."""

from dossier.people.accounts import (
    OPERATOR,
    SYSTEM,
    acting_as,
    actor_of,
    add,
    add_team,
    disable,
    enable,
    ensure_administrators,
    ensure_built_in,
    ensure_team,
    find,
    grant,
    move_to_team,
    require_rebuild,
    role_names,
    set_password,
    team_id,
    teams,
)
from dossier.people.directory import elsewhere, entry_of
from dossier.people.factor import reset_factor
from dossier.people.language import language_of, set_language
from dossier.people.mail import set_mail
from dossier.people.passwords import HASHER, MIN_PASSWORD, POLICIES, Policy, one_time_password
from dossier.people.roster import grantable, listing, show
from dossier.people.signin import Standing, change_own_password, resume, sign_in, sign_in_by, sign_out
from dossier.people.substitutes import act_for, all_substitutes, end_substitute, may_act_for, name_substitute, substitutes
from dossier.people.tokens import add_token, bearer, revoke_token, tokens

__all__ = [
    "HASHER", "MIN_PASSWORD", "OPERATOR", "POLICIES", "SYSTEM", "Policy", "Standing", "act_for", "acting_as", "actor_of", "add", "add_team",
    "add_token", "all_substitutes", "bearer", "change_own_password", "disable", "elsewhere", "enable", "end_substitute",
    "ensure_administrators", "ensure_built_in", "ensure_team", "entry_of", "find", "grant", "grantable", "language_of", "listing", "may_act_for",
    "move_to_team", "name_substitute", "one_time_password", "require_rebuild", "reset_factor", "resume", "revoke_token",
    "role_names", "set_language", "set_mail", "set_password", "show", "sign_in", "sign_in_by", "sign_out", "substitutes", "team_id", "teams", "tokens",
]  # fmt: skip
