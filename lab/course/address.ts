export interface Place {
  readonly id: string;
  /** '' is the start of the page. */
  readonly anchor: string;
}

/** What the rest of an address means, `02-mlp/through-the-relu`; without a page, the chapter that the lab goes with. */
export function placeOf(rest: string): Place {
  const [id, anchor = ''] = rest.split('/');
  return { id: id === '' ? '02-mlp' : id, anchor };
}

/** The address of a document's place, as exercises name it: `course/02-mlp.md#through-the-relu`. */
export function addressIn(document: string): string {
  const [path, anchor = ''] = document.split('#');
  const id = path.replace(/^.*\/|\.md$/g, '');
  return `#course/${id}${anchor === '' ? '' : `/${anchor}`}`;
}

/** The anchor of an equation by its number. */
export function equationAnchor(number: string): string {
  return `equation-${number}`;
}
