interface KeptSecret {
  /** See secret-box.ts; sealed for the user id. */
  readonly sealedSecret: string;
  /** When the secret was made, epoch seconds. */
  readonly createdAt: number;
}

/** Shown to its owner, who has not answered with a code of it yet: guards nothing. */
export interface PendingSecondFactor extends KeptSecret {
  readonly status: 'pending';
}

export interface ActiveSecondFactor extends KeptSecret {
  readonly status: 'active';
  /** Epoch seconds. */
  readonly enabledAt: number;
  /** Codes of this step and of those before it are used (see matchingStep in totp.ts). */
  readonly lastStep: number;
  /** SHA-256 of the recovery codes that are left. */
  readonly recovery: ReadonlySet<string>;
}

export type SecondFactor = PendingSecondFactor | ActiveSecondFactor;

/** Somebody has shown a first factor and owes the second. */
export interface FactorChallenge {
  readonly userId: string;
  /** The hash of the password that was checked, if one was: a session opens only while it is that of the account. */
  readonly passwordHash?: string | undefined;
}

/** What an answer proves, and what is used up by it. */
export type FactorProof =
  | {
      readonly kind: 'totp';
      readonly step: number;
      /** The secret that the code belongs to, as it was read. */
      readonly sealedSecret: string;
      /** The same secret sealed anew, to be kept from now on. */
      readonly renewedSecret: string | undefined;
    }
  | { readonly kind: 'recovery'; readonly hash: string };

/** Second factors, one per account at most, and the challenges to show them. Reads are strongly consistent. */
export interface SecondFactorStore {
  get(userId: string): Promise<SecondFactor | undefined>;
  /** Replaces a pending one. False: an active one is there, and stays as it is. */
  putPending(userId: string, pending: Omit<PendingSecondFactor, 'status'>): Promise<boolean>;
  /** The pending one of this very secret guards the account from now on. False: it is not pending (any more). */
  activate(
    userId: string,
    sealedSecret: string,
    active: Pick<ActiveSecondFactor, 'enabledAt' | 'lastStep' | 'recovery'>,
  ): Promise<boolean>;
  /** False: there is no active one. */
  replaceRecovery(userId: string, recovery: ReadonlySet<string>): Promise<boolean>;
  /** Answers what was removed. */
  remove(userId: string): Promise<SecondFactor['status'] | undefined>;

  /** A challenge with no tries used. `expiresAt` in epoch seconds; from this second on it is over. */
  putChallenge(challengeHash: string, challenge: FactorChallenge & { expiresAt: number }): Promise<void>;
  /** Also one that is over or has no try left. */
  getChallenge(challengeHash: string): Promise<FactorChallenge | undefined>;
  /** Parallel guesses get no more tries than there are. False: no try is left, or the challenge is over or answered. */
  takeTry(challengeHash: string, nowSeconds: number): Promise<boolean>;
  /**
   * Uses up the proof and with it the challenge: both or neither, each once. False: the code was used already, the factor is
   * another one by now or gone, or the challenge was answered.
   */
  spend(challengeHash: string, userId: string, proof: FactorProof): Promise<boolean>;
}
