import { eventually } from './person-page.ts';

/** What arrives at one address, as the sink of the local system keeps it. */
export class Mailbox {
  readonly #url: string;
  readonly #address: string;
  #codesRead = 0;

  constructor(url: string, address: string) {
    this.#url = url;
    this.#address = address;
  }

  /** The newest code, once one has come that was not read before. */
  async nextCode(): Promise<string> {
    let codes: string[] = [];
    await eventually(async () => {
      codes = await this.#codes();
      return codes.length;
    }).toBeGreaterThan(this.#codesRead);
    this.#codesRead = codes.length;
    return codes.at(-1) ?? '';
  }

  async #codes(): Promise<string[]> {
    const response = await fetch(`${this.#url}/_outbox/messages?to=${encodeURIComponent(this.#address)}`);
    const { messages } = (await response.json()) as { messages: { code?: string }[] };
    return messages.flatMap(({ code }) => (code === undefined ? [] : [code]));
  }
}
