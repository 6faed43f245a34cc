"use strict";
// All pages work without this. What it adds: no form is sent twice, a box can tick all others, what was typed is not
// lost by leaving a page by mistake, and progress is looked at again by itself.
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  form.removeAttribute("data-typed");
  form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-sent]").forEach(function (form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
});
document.addEventListener("input", function (event) {
  var form = event.target.form;
  if (form && form.method === "post") form.setAttribute("data-typed", "yes");
});
window.addEventListener("beforeunload", function (event) {
  if (document.querySelector("form[data-typed]:not([data-sent])")) event.preventDefault();
});
document.addEventListener("change", function (event) {
  var box = event.target;
  if (box.dataset && box.dataset.all) {
    document.querySelectorAll("input[type=checkbox][name='" + box.dataset.all + "']").forEach(function (one) { one.checked = box.checked; });
  }
  if (box.dataset && box.dataset.go !== undefined && box.form) box.form.requestSubmit();
});
(function () {
  var waiting = document.querySelector("[data-again]");
  if (waiting) setTimeout(function () { location.reload(); }, Number(waiting.dataset.again) * 1000);
})();
