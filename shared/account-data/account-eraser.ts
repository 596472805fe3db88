/** What erasing an account asks of the place where accounts are kept. Repeating any of it is harmless. */
export interface AccountEraser {
  /**
   * Credentials, second factor and gate go in one step: from here on nothing signs in and every token and frame is
   * refused, and nothing can be written that would change that, because all of it asks for one of the three.
   */
  disable(userId: string): Promise<void>;
  /** Frees the addresses, if they still lead to this account. */
  releaseAddresses(
    userId: string,
    addresses: { readonly email: string; readonly phone?: string | undefined },
  ): Promise<void>;
  /** Removes every row of the account, sessions above all; only once it is disabled do none come after. */
  removeRows(userId: string): Promise<void>;
}
