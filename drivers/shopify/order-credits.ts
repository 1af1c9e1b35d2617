import type { CreditRecord, CreditState } from '../../model/records.ts';
import { numberOf } from './ids.ts';
import { NotTaken, sumOf, units } from './order-lines.ts';
import type { CreditsPayload } from './payload.ts';

type Refund = CreditsPayload['refunds'][number];
type Return = CreditsPayload['returns']['nodes'][number];

const RETURNS: Readonly<Record<string, CreditState>> = {
  REQUESTED: 'Requested',
  OPEN: 'Requested',
  CLOSED: 'Done',
  CANCELED: 'Failed',
  DECLINED: 'Failed',
};

/** So many are asked for, and Shopify does not say whether there are more. */
const MOST = 10;

/** Refunds, returns and cancellations. Shopify keeps what is not delivered with the refund, also where no money is. */
export function creditsOf(
  credits: CreditsPayload | undefined,
  currency: string,
): Record<'refunds' | 'returns' | 'cancellations', CreditRecord[]> {
  const refunds = credits?.refunds ?? [];
  if (refunds.length >= MOST || credits?.returns.pageInfo.hasNextPage)
    throw new NotTaken('has ten refunds or returns or more: handle it by hand');
  if (
    refunds.some(({ refundLineItems }) => refundLineItems.pageInfo.hasNextPage) ||
    credits?.returns.nodes.some(({ returnLineItems }) => returnLineItems.pageInfo.hasNextPage)
  )
    throw new NotTaken('has a refund or a return of more than 50 lines: handle it by hand');
  return {
    refunds: refunds
      .filter((refund) => units(refund.totalRefundedSet, currency) > 0 || !isCancellation(refund))
      .map((refund) => refundOf(refund, currency)),
    cancellations: refunds.filter(isCancellation).map(cancellationOf),
    returns: (credits?.returns.nodes ?? []).map(returnOf),
  };
}

const isCancellation = ({ refundLineItems }: Refund): boolean =>
  refundLineItems.nodes.some(({ restockType }) => restockType === 'CANCEL');

function refundOf(
  { id, createdAt, note, totalRefundedSet, refundLineItems, refundShippingLines }: Refund,
  currency: string,
): CreditRecord {
  const shipping = sumOf(
    refundShippingLines.nodes.flatMap(({ subtotalAmountSet, taxAmountSet }) => [subtotalAmountSet, taxAmountSet]),
    currency,
  );
  const restocked = refundLineItems.nodes.some(({ restockType }) => restockType !== 'NO_RESTOCK');
  return {
    id: numberOf(id),
    at: createdAt ?? '1970-01-01T00:00:00Z',
    state: 'Done',
    amount: units(totalRefundedSet, currency),
    ...(shipping === 0 ? {} : { shippingAmount: shipping }),
    reason: note || undefined,
    ...(restocked ? { restocked } : {}),
    lines: refundLineItems.nodes.map(({ lineItem, quantity, subtotalSet, totalTaxSet }) => {
      const back = units(subtotalSet, currency) + units(totalTaxSet, currency);
      return { lineId: numberOf(lineItem.id), quantity, ...(back === 0 ? {} : { amount: back }) };
    }),
  };
}

const cancellationOf = ({ id, createdAt, note, refundLineItems }: Refund): CreditRecord => ({
  id: numberOf(id),
  at: createdAt ?? '1970-01-01T00:00:00Z',
  state: 'Done',
  reason: note || undefined,
  restocked: true,
  lines: refundLineItems.nodes
    .filter(({ restockType }) => restockType === 'CANCEL')
    .map(({ lineItem, quantity }) => ({ lineId: numberOf(lineItem.id), quantity })),
});

function returnOf({ id, status, createdAt, returnLineItems }: Return): CreditRecord {
  const state = RETURNS[status];
  if (state === undefined) throw new NotTaken(`has a return in the state ${status}, which the driver does not know`);
  return {
    ...{ id: numberOf(id), at: createdAt, state },
    reason: returnLineItems.nodes.map(({ returnReasonNote }) => returnReasonNote).find((note) => !!note) ?? undefined,
    lines: returnLineItems.nodes.flatMap(({ quantity, fulfillmentLineItem }) =>
      fulfillmentLineItem ? [{ lineId: numberOf(fulfillmentLineItem.lineItem.id), quantity }] : [],
    ),
  };
}
