let elements: string | null = null;

/** Says where the script of the elements is: the lab's own page lies beside it. */
export function setHome(script: string): void {
  elements = script;
}

/** The lab's page: this one, or, for a part in somebody else's page, the one that the part came from. */
export function home(): URL {
  return new URL(document.getElementById('nf-lab') || elements === null ? location.href : new URL('.', elements));
}
