"""The addresses of jobs."""

from django.urls import path

from console.repairs.jobs import making, views

urlpatterns = [
    path("repairs/jobs/", views.jobs, name="repair-jobs"),
    path("repairs/jobs/new/<slug:key>/", making.new, name="repair-job-new"),
    path("repairs/jobs/<int:number>/", views.job, name="repair-job"),
    path("repairs/jobs/<int:number>/progress/", views.progress, name="repair-job-progress"),
    path("repairs/jobs/<int:number>/approve/", views.approve, name="repair-job-approve"),
    path("repairs/jobs/<int:number>/go-on/", views.go_on, name="repair-job-go-on"),
    path("repairs/jobs/<int:number>/pause/", views.pause, name="repair-job-pause"),
    path("repairs/jobs/<int:number>/resume/", views.resume, name="repair-job-resume"),
    path("repairs/jobs/<int:number>/stop/", views.stop, name="repair-job-stop"),
    path("repairs/jobs/<int:number>/undo/", views.undo, name="repair-job-undo"),
    path("repairs/jobs/<int:number>/anew/", views.anew, name="repair-job-anew"),
    path("repairs/jobs/<int:number>/export/", views.export, name="repair-job-export"),
]
