"""Where a person's notices go besides the page: an address of mail comes in, from the person or an administrator, and is kept or taken away."""

from __future__ import annotations

from dossier import messengers
from dossier.access import Actor, demand
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people.accounts import known, of_others, tell


def set_mail(office: Office, actor: Actor, login: str, address: str) -> None:
    """Keeps the address; an empty one takes it away. One's own, or as an administrator of accounts. Raises not_allowed, user_unknown, bad_request."""
    address = address.strip()
    if address and not messengers.is_address(address):
        raise DossierError(
            "bad_request", what=f"邮箱地址 {address[:80]} 的格式不对", what_en=f"the mail address {address[:80]} is malformed"
        )
    with office.db.write() as session:
        person = known(session, login)
        if person.id != actor.id:
            demand(actor, "user.manage")
            person = of_others(session, actor, login)
        if (person.mail or "") != address:
            person.mail = address or None
            tell(office, session, actor, "mail", person, set=bool(address))
