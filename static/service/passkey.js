// Says on the page that a passkey did not work: without this only the console knows.
document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  document.getElementById('key-problem').hidden = false
})
