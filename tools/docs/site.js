/** On every page of the site: loads the live examples where there are some. A classic script, so that it works in pages opened from a folder. */
{
  const places = document.querySelectorAll('[data-live]');
  if (places.length > 0) {
    const script = document.createElement('script');
    script.src = new URL('assets/live.js', new URL(document.documentElement.dataset.base ?? './', location.href)).href;
    script.addEventListener('error', () => places.forEach((place) => (place.textContent = 'The live example could not be loaded.')));
    document.head.append(script);
  }
}
