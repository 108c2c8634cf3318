/** Of node:fs what a participant uses: the text of a file that the bundler has put into the URL. */
export function readFileSync(url) {
  const [, type, data] = /^data:([^,]*),(.*)$/s.exec(url.href) ?? [];
  if (data === undefined) throw new Error(`${url} is not in the bundle`);
  return type.endsWith(';base64') ? atob(data) : decodeURIComponent(data);
}
