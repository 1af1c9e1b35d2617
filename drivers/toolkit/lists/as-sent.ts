import { z } from 'zod';

/**
 * A row of a list before it is looked at: what paging `needs` of it is checked, and the row is given on as it came. A
 * copy of each would cost as much as reading it does.
 */
export const asSent = <Row>(needs: z.ZodType): z.ZodType<Row> => z.custom<Row>((row) => needs.safeParse(row).success);
