export { type DrawnSize, drawImage, drawnSize } from './draw-image.ts';
export { type BarLineOptions, barLine, sparkline } from './lines.ts';
export { type GalleryOptions, type Prediction, predictionGallery } from './prediction-gallery.ts';
export type { TerminalStyle } from './style.ts';
