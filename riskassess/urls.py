from django.urls import include, path

urlpatterns = [path("", include("riskassess.web.urls"))]
handler400 = "riskassess.web.views.errors.bad_request"
handler403 = "riskassess.web.views.errors.forbidden"
handler404 = "riskassess.web.views.errors.not_found"
handler500 = "riskassess.web.views.errors.server_error"
