/** A judgement of a run on data that it does not learn from. */
export interface PastEvaluation {
  /** Updates done when it was made. */
  readonly step: number;
  /** Passes over the data done when it was made, with a fraction within a pass. */
  readonly epoch: number;
  /** Mean loss. */
  readonly loss: number;
  /** Part of the samples whose class was the likeliest, of 1. */
  readonly top1: number;
}

/** Where a run is. Together with the schedule it gives the rate, so a resumed run needs no further state. */
export interface Progress {
  /** Updates done so far. */
  readonly step: number;
  /** Passes over the data done so far, with a fraction within a pass. */
  readonly epoch: number;
  /** All judgements of the run so far, oldest first. Default: none. */
  readonly evaluations?: readonly PastEvaluation[];
}

/** The learning rate of the next update. A pure function of plain data. */
export type Schedule = (progress: Progress) => number;

/** The learning rates of the next update. */
export interface ParameterRates {
  /** Of every parameter that has none of its own. */
  readonly common: number;
  /** Of a parameter by its full name, such as `conv1.weight`. At 0 it is frozen. */
  of(name: string): number;
}

/** A schedule with rates by parameter. A pure function of plain data. */
export type ParameterSchedule = (progress: Progress) => ParameterRates;
