"""The questions asked of an installation: pure functions from facts to findings. No writes, no network."""

from extensions.health.asking import Check
from extensions.health.checks import api, extension, fields, mapping, template_types, token, user, webhooks

CHECKS: tuple[Check, ...] = (
    token.unreadable,
    token.rejected,
    token.foreign,
    api.limited,
    api.failing,
    user.unset,
    user.gone,
    user.no_workspace,
    extension.enabled,
    extension.dependencies,
    template_types.missing,
    template_types.inactive,
    template_types.unused,
    fields.as_in_the_blueprint,
    fields.shadowed,
    webhooks.missing,
    webhooks.duplicate,
    webhooks.address,
    webhooks.form,
    webhooks.deaf,
    mapping.complete,
)
