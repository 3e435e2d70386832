from extensions.installations.models import AccountUser, UsableTemplate
from tests.health.judged import causes, codes, judged, the, unread


def user_of(installation):
    return AccountUser.objects.filter(installation=installation)


def usable(installation):
    return UsableTemplate.objects.filter(installation=installation)


def test_no_acting_user_is_a_warning_that_explains_what_cannot_be_asked(installation):
    installation.acting_user_email = ""
    unread(installation, "usable", reason="not_asked")
    installation.parts.filter(name="usable").update(read_at=None)

    judgement = judged(installation)

    assert (judgement.verdict, codes(judgement)) == ("warning", {"user.unset"})


def test_an_acting_user_who_is_chosen_is_not_unset(installation):
    assert "user.unset" not in codes(judged(installation))


def test_an_inactive_acting_user_is_gone(installation):
    user_of(installation).update(active=False)

    judgement = judged(installation)

    assert causes(judgement) == ["user.gone"]
    assert the(judgement, "user.gone").evidence["answer"] == "inactive"


def test_an_acting_user_no_longer_listed_is_gone(installation):
    user_of(installation).update(missing_since=installation.refreshed_at)

    assert the(judged(installation), "user.gone").evidence["answer"] == "not listed"


def test_an_acting_user_whose_email_is_written_otherwise_is_not_gone(installation):
    installation.acting_user_email = installation.acting_user_email.upper()

    assert judged(installation).verdict == "healthy"


def test_a_refused_helper_is_explained_by_a_user_who_is_gone(installation):
    user_of(installation).update(active=False)
    unread(installation, "usable", reason="user_refused")

    assert causes(judged(installation)) == ["user.gone"]


def test_a_helper_that_refuses_a_user_listed_as_active_fails_itself(installation):
    unread(installation, "usable", reason="user_refused")

    assert causes(judged(installation)) == ["api.failing"]


def test_a_user_without_any_template_of_ours_has_no_workspace(installation):
    usable(installation).update(template_type_oneflow_id=None)

    assert causes(judged(installation)) == ["workspace.none"]


def test_a_user_with_a_template_of_one_type_of_ours_has_a_workspace(installation):
    usable(installation).first().delete()

    assert judged(installation).verdict == "healthy"


def test_no_personal_data_stands_in_the_evidence(installation):
    user_of(installation).update(active=False)

    assert installation.acting_user_email not in str(the(judged(installation), "user.gone").evidence)
