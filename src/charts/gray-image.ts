/** A gray image: values 0 (background) to 1 (ink), row by row, height * width of them. */
export interface GrayImage {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/** Whether the image can be drawn: whole, positive sides and enough values. */
export function isDrawable(image: GrayImage | undefined): image is GrayImage {
  return (
    image !== undefined &&
    Number.isInteger(image.height) &&
    Number.isInteger(image.width) &&
    image.height > 0 &&
    image.width > 0 &&
    image.values.length >= image.height * image.width
  );
}
