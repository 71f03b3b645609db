"""The addresses of the curator's desk."""

from django.urls import path

from annotate.web.adjudicate import audits, desk, lists

urlpatterns = [
    path("p/<slug:slug>/adjudicate/", lists.desk_list, name="desk-list"),
    path("p/<slug:slug>/adjudicate/names/", lists.desk_names, name="desk-names"),
    path("p/<slug:slug>/adjudicate/audit/", audits.desk_audit, name="desk-audit"),
    path("p/<slug:slug>/d/<uuid:document_id>/adjudicate/", desk.desk, name="desk"),
    path("p/<slug:slug>/d/<uuid:document_id>/adjudicate/step/", desk.desk_step, name="desk-step"),
]
