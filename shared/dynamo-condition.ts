import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** False when the condition of a write did not hold, and nothing was written. */
export async function unlessConditionFails(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
