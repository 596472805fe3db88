/** A template says something that the embedded cloud cannot do. The message names stack, resource and property. */
export class TemplateError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TemplateError';
  }
}
