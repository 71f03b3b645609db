"""Routes of the reader, below a project and a document."""

from django.urls import path

from annotate.web import entries, follow_ups, reader, skipping, submitting

urlpatterns = [
    path("p/<slug:slug>/d/<uuid:document_id>/", reader.reader, name="reader"),
    path("p/<slug:slug>/d/<uuid:document_id>/claims/<uuid:claim_id>/", reader.claim, name="reader-claim"),
    path("p/<slug:slug>/d/<uuid:document_id>/layer/", reader.layer, name="reader-layer"),
    path("p/<slug:slug>/d/<uuid:document_id>/submit/", submitting.submit, name="reader-submit"),
    path("p/<slug:slug>/d/<uuid:document_id>/reopen/", submitting.reopen, name="reader-reopen"),
    path("p/<slug:slug>/d/<uuid:document_id>/time/", submitting.active_time, name="reader-time"),
    path("p/<slug:slug>/d/<uuid:document_id>/ahead/", submitting.ahead, name="reader-ahead"),
    path("p/<slug:slug>/d/<uuid:document_id>/skip/", skipping.skip, name="document-skip"),
    path("p/<slug:slug>/d/<uuid:document_id>/give-back/", skipping.give_back, name="give-back"),
    path("p/<slug:slug>/d/<uuid:document_id>/follow-up/", follow_ups.follow_up, name="follow-up"),
    path("p/<slug:slug>/rounds/<uuid:round_id>/follow-up/", follow_ups.follow_up_new, name="follow-up-new"),
    path("p/<slug:slug>/entries/<slug:kind>/", entries.options, name="entry-options"),
]
