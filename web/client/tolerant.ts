import type * as z from 'zod/mini';
import { capability, systemMessage } from '../../events/server-frames.ts';

/**
 * Holds what the server said against its contract, and bears with what a newer server says besides: capabilities and
 * lines of the timeline that this client has no words for. Lines of that kind keep their place and show as nothing.
 */
export function parseTolerantly<T>(schema: z.ZodMiniType<T>, value: unknown): z.core.util.SafeParseResult<T> {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed : schema.safeParse(withoutUnknown(value));
}

function withoutUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnknown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      if (name === 'system' && !systemMessage.safeParse(part).success) return [];
      if (name === 'capabilities' && Array.isArray(part)) return [[name, part.filter(isCapability)]];
      return [[name, withoutUnknown(part)]];
    }),
  );
}

function isCapability(value: unknown): boolean {
  return capability.safeParse(value).success;
}
