/** Which $disconnect events get lost. On AWS they are delivered as well as can be; here all are, unless told otherwise. */
export interface DisconnectFaults {
  /**
   * From now on each is lost with this probability, 0 to 1; `random` answers 0 ≤ x < 1.
   * @throws RangeError for another probability.
   */
  readonly drop: (probability: number, random?: () => number) => void;
  /** The one of this connection is lost for certain. */
  dropFor(connectionId: string): void;
  /** Whether the one that is due now is lost; to be asked once for each. */
  befalls(connectionId: string): boolean;
}

export function createDisconnectFaults(initialRate: number, initialRandom: () => number): DisconnectFaults {
  const chosen = new Set<string>();
  let rate = initialRate;
  let draw = initialRandom;
  return {
    drop(probability, random = initialRandom) {
      if (!(probability >= 0 && probability <= 1)) {
        throw new RangeError(`A probability is from 0 to 1, and not ${probability}`);
      }
      rate = probability;
      draw = random;
    },
    dropFor: (connectionId) => {
      chosen.add(connectionId);
    },
    befalls: (connectionId) => chosen.delete(connectionId) || draw() < rate,
  };
}
