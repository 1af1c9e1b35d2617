import { z } from 'zod';

/** A time that comes in: ISO 8601 with a zone; PostgreSQL has no year 0. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine((value) => !value.startsWith('0000'), 'must be a time of year 1 or later');
