/** The attributes of `<nf-course>`. */
export interface CourseProps {
  /** The page to begin with: `02-mlp`. */
  readonly page?: string;
  /** The anchor of a section of it, to be shown alone. */
  readonly section?: string;
}
