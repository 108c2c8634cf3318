export interface WorkerReport {
  /** Events that are no steps, in order. */
  types: string[];
  losses: number[];
  predicted: number[];
  weights: string;
  /** Whether a run from the checkpoint ended with the same weights. */
  resumed: boolean;
  refused: string;
  stopped: string;
}
export function trainInWorker(nf: unknown, worker: unknown, layer?: unknown): Promise<WorkerReport>;
