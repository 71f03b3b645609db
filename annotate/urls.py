"""All routes."""

from django.urls import URLPattern, URLResolver, include, path

from annotate.admin.site import site as admin_site
from annotate.api.health import health
from annotate.api.index import index

handler400 = "annotate.web.errors.bad_request"
handler403 = "annotate.web.errors.permission_denied"
handler404 = "annotate.web.errors.not_found"
handler500 = "annotate.web.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin_site.urls),
    path("healthz/", health, name="healthz"),
    path("api/", index, name="api-index"),
    path("api/v1/", include("annotate.api.urls")),
    path("", include("annotate.web.urls")),
]
