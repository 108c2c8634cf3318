export interface DigitsReport {
  backend: string;
  status: string;
  /** Loss of every step, in the hex of its 64 bits. */
  steps: string[];
  /** Training loss and validation metrics of every epoch, from 0, likewise. */
  epochs: Record<string, string>[];
  accuracy: number;
  firstLoss: number;
  lastLoss: number;
  weights: string;
  weightsBest: string;
  /** sha256 of the saved model. */
  file: string;
  /** Validation loss of the model that was loaded from it. */
  loaded: string;
  /** Kernels made of fused functions. */
  kernels: number;
}
export function trainDigits(nf: unknown, backendName: string, hidden?: number): Promise<DigitsReport>;
