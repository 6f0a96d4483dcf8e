const status = document.querySelector('[role=status]');

try {
  const response = await fetch('/api/health');
  const health = await response.json();
  status.textContent = `The API responds: ${health.status}, version ${health.version}.`;
} catch (error) {
  status.textContent = `The API does not respond: ${error.message}. Reload the page to try again.`;
}
