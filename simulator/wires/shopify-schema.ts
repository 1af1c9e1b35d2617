import { buildSchema, type GraphQLSchema } from 'graphql';

/**
 * The part of Shopify's Admin API (2026-07) that the simulated shop has, by its documentation: what is not here cannot
 * be asked for, and what is mandatory here must be given.
 */
export function shopifySchema(): GraphQLSchema {
  return buildSchema(SDL);
}

const connection = (type: string): string =>
  `type ${type}Connection { nodes: [${type}!]! edges: [${type}Edge!]! pageInfo: PageInfo! }
type ${type}Edge { cursor: String! node: ${type}! }\n`;
const page = 'first: Int, after: String';

const SDL = `
directive @idempotent(key: String!) on FIELD
scalar DateTime
scalar Money
scalar Decimal
scalar UnsignedInt64
scalar URL
scalar HTML
scalar JSON
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Count { count: Int! precision: String! }
type MoneyV2 { amount: Decimal! currencyCode: String! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
type UserError { field: [String!] message: String! code: String }
type Attribute { key: String! value: String }

type Query {
  shop: Shop!
  currentAppInstallation: AppInstallation!
  order(id: ID!): Order
  orders(${page}, query: String, sortKey: OrderSortKeys, reverse: Boolean): OrderConnection!
  ordersCount(query: String, limit: Int): Count
  product(id: ID!): Product
  products(${page}, query: String, sortKey: ProductSortKeys, reverse: Boolean): ProductConnection!
  productsCount(query: String, limit: Int): Count
  productVariants(${page}, query: String, sortKey: ProductVariantSortKeys): ProductVariantConnection!
  productVariantsCount(query: String, limit: Int): Count
  bulkOperation(id: ID!): BulkOperation
  nodes(ids: [ID!]!): [Node]!
  locations(${page}, includeLegacy: Boolean, includeInactive: Boolean): LocationConnection!
  deliveryProfiles(${page}): DeliveryProfileConnection!
  metafieldDefinitions(${page}, ownerType: MetafieldOwnerType!): MetafieldDefinitionConnection!
  webhookSubscriptions(${page}, uri: String): WebhookSubscriptionConnection!
}
type Mutation {
  inventorySetQuantities(input: InventorySetQuantitiesInput!): InventorySetQuantitiesPayload
  inventoryActivate(inventoryItemId: ID!, locationId: ID!, available: Int, onHand: Int): InventoryActivatePayload
  productVariantsBulkUpdate(
    productId: ID!, variants: [ProductVariantsBulkInput!]!, allowPartialUpdates: Boolean
  ): ProductVariantsBulkUpdatePayload
  fulfillmentCreate(fulfillment: FulfillmentInput!, message: String): FulfillmentPayload
  fulfillmentTrackingInfoUpdate(
    fulfillmentId: ID!, trackingInfoInput: FulfillmentTrackingInput!, notifyCustomer: Boolean
  ): FulfillmentPayload
  webhookSubscriptionCreate(
    topic: WebhookSubscriptionTopic!, webhookSubscription: WebhookSubscriptionInput!
  ): WebhookSubscriptionPayload
  webhookSubscriptionDelete(id: ID!): WebhookSubscriptionDeletePayload
  bulkOperationRunQuery(query: String!, groupObjects: Boolean! = false): BulkOperationPayload
  bulkOperationCancel(id: ID!): BulkOperationPayload
}
enum OrderSortKeys { ID CREATED_AT UPDATED_AT PROCESSED_AT }
enum ProductSortKeys { ID CREATED_AT UPDATED_AT TITLE }
enum ProductVariantSortKeys { ID SKU }
enum MetafieldOwnerType { PRODUCT PRODUCTVARIANT ORDER }

type Shop {
  id: ID! name: String! myshopifyDomain: String! currencyCode: String! ianaTimezone: String! taxesIncluded: Boolean!
}
type AppInstallation { id: ID! accessScopes: [AccessScope!]! }
type AccessScope { handle: String! description: String! }

type Order implements Node {
  id: ID! legacyResourceId: UnsignedInt64! name: String! email: String phone: String note: String test: Boolean!
  createdAt: DateTime! processedAt: DateTime! updatedAt: DateTime! cancelledAt: DateTime cancelReason: String
  closed: Boolean! closedAt: DateTime edited: Boolean! fullyPaid: Boolean! confirmed: Boolean!
  displayFinancialStatus: OrderDisplayFinancialStatus displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  currencyCode: String! presentmentCurrencyCode: String! taxesIncluded: Boolean! requiresShipping: Boolean!
  sourceName: String poNumber: String tags: [String!]! customAttributes: [Attribute!]!
  paymentGatewayNames: [String!]! paymentTerms: PaymentTerms customer: Customer
  billingAddress: MailingAddress shippingAddress: MailingAddress
  totalPriceSet: MoneyBag! currentTotalPriceSet: MoneyBag! totalTaxSet: MoneyBag currentTotalTaxSet: MoneyBag!
  totalDiscountsSet: MoneyBag currentTotalDiscountsSet: MoneyBag! totalReceivedSet: MoneyBag!
  totalRefundedSet: MoneyBag! totalRefundedShippingSet: MoneyBag! totalTipReceivedSet: MoneyBag!
  currentTotalDutiesSet: MoneyBag additionalFees: [AdditionalFee!]! taxLines: [TaxLine!]! currentTaxLines: [TaxLine!]!
  discountApplications(${page}): DiscountApplicationConnection!
  lineItems(${page}): LineItemConnection!
  shippingLines(${page}, includeRemovals: Boolean): ShippingLineConnection!
  transactions(first: Int, capturable: Boolean): [OrderTransaction!]!
  refunds(first: Int): [Refund!]!
  returns(${page}): ReturnConnection!
  fulfillments(first: Int): [Fulfillment!]!
  fulfillmentOrders(${page}): FulfillmentOrderConnection!
}
enum OrderDisplayFinancialStatus {
  PENDING AUTHORIZED PARTIALLY_PAID PARTIALLY_REFUNDED VOIDED PAID REFUNDED EXPIRED OF_A_LATER_VERSION
}
enum OrderDisplayFulfillmentStatus {
  UNFULFILLED PARTIALLY_FULFILLED FULFILLED RESTOCKED PENDING_FULFILLMENT OPEN IN_PROGRESS ON_HOLD SCHEDULED
  REQUEST_DECLINED FULFILLMENT_NOT_REQUIRED
}
type PaymentTerms { id: ID! paymentTermsType: String! paymentTermsName: String! dueInDays: Int overdue: Boolean! }
type Customer { id: ID! displayName: String! }
type MailingAddress {
  name: String company: String address1: String address2: String city: String province: String provinceCode: String
  zip: String countryCodeV2: String phone: String
}
type TaxLine { title: String! rate: Float ratePercentage: Float priceSet: MoneyBag! }
type AdditionalFee { id: ID! name: String! price: MoneyBag! taxLines: [TaxLine!]! }
interface DiscountApplication { index: Int! }
type DiscountCodeApplication implements DiscountApplication { index: Int! code: String! }
type AutomaticDiscountApplication implements DiscountApplication { index: Int! title: String! }
type ManualDiscountApplication implements DiscountApplication { index: Int! title: String! }
type ScriptDiscountApplication implements DiscountApplication { index: Int! title: String! }
type DiscountAllocation { allocatedAmountSet: MoneyBag! discountApplication: DiscountApplication! }
type LineItem implements Node {
  id: ID! title: String! variantTitle: String name: String! sku: String quantity: Int! currentQuantity: Int!
  unfulfilledQuantity: Int! isGiftCard: Boolean! requiresShipping: Boolean! variant: ProductVariant
  originalUnitPriceSet: MoneyBag! discountAllocations: [DiscountAllocation!]! taxLines(first: Int): [TaxLine!]!
  lineItemGroup: LineItemGroup customAttributes: [Attribute!]!
}
type LineItemGroup implements Node {
  id: ID! title: String! quantity: Int! variantId: ID variantSku: String productId: ID
}
type ShippingLine {
  id: ID title: String! code: String source: String isRemoved: Boolean! discountedPriceSet: MoneyBag!
  originalPriceSet: MoneyBag! taxLines: [TaxLine!]! discountAllocations: [DiscountAllocation!]!
}
type OrderTransaction implements Node {
  id: ID! kind: OrderTransactionKind! status: OrderTransactionStatus! gateway: String paymentId: String
  amountSet: MoneyBag! processedAt: DateTime
}
enum OrderTransactionKind { SALE CAPTURE AUTHORIZATION VOID REFUND CHANGE EMV_AUTHORIZATION SUGGESTED_REFUND }
enum OrderTransactionStatus { SUCCESS FAILURE PENDING ERROR AWAITING_RESPONSE UNKNOWN }
type Refund implements Node {
  id: ID! createdAt: DateTime note: String totalRefundedSet: MoneyBag!
  refundLineItems(${page}): RefundLineItemConnection!
  refundShippingLines(${page}): RefundShippingLineConnection!
}
type RefundLineItem {
  id: ID lineItem: LineItem! quantity: Int! restockType: RefundLineItemRestockType! restocked: Boolean!
  subtotalSet: MoneyBag! totalTaxSet: MoneyBag!
}
enum RefundLineItemRestockType { RETURN CANCEL LEGACY_RESTOCK NO_RESTOCK }
type RefundShippingLine { id: ID! subtotalAmountSet: MoneyBag! taxAmountSet: MoneyBag! }
type Return implements Node {
  id: ID! name: String! status: ReturnStatus! createdAt: DateTime!
  returnLineItems(${page}): ReturnLineItemTypeConnection!
}
enum ReturnStatus { CANCELED CLOSED OPEN REQUESTED DECLINED }
interface ReturnLineItemType { id: ID! quantity: Int! returnReasonNote: String! }
type ReturnLineItem implements ReturnLineItemType {
  id: ID! quantity: Int! returnReasonNote: String! fulfillmentLineItem: FulfillmentLineItem!
}
type Fulfillment implements Node {
  id: ID! name: String! status: FulfillmentStatus! createdAt: DateTime! location: Location
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  fulfillmentLineItems(${page}): FulfillmentLineItemConnection!
}
enum FulfillmentStatus { PENDING OPEN SUCCESS CANCELLED ERROR FAILURE }
type FulfillmentTrackingInfo { number: String company: String url: URL }
type FulfillmentLineItem implements Node { id: ID! quantity: Int lineItem: LineItem! }
type FulfillmentOrder implements Node {
  id: ID! status: FulfillmentOrderStatus! fulfillAt: DateTime requestStatus: String!
  supportedActions: [FulfillmentOrderSupportedAction!]! assignedLocation: FulfillmentOrderAssignedLocation!
  fulfillmentHolds: [FulfillmentHold!]! lineItems(${page}): FulfillmentOrderLineItemConnection!
}
enum FulfillmentOrderStatus { OPEN IN_PROGRESS CANCELLED INCOMPLETE CLOSED SCHEDULED ON_HOLD }
type FulfillmentOrderSupportedAction { action: String! }
type FulfillmentOrderAssignedLocation { name: String! location: Location }
type FulfillmentHold implements Node { id: ID! reason: String! reasonNotes: String displayReason: String! }
type FulfillmentOrderLineItem implements Node {
  id: ID! remainingQuantity: Int! totalQuantity: Int! lineItem: LineItem!
}

type Product implements Node {
  id: ID! title: String! descriptionHtml: HTML! vendor: String! productType: String! status: ProductStatus!
  tags: [String!]! createdAt: DateTime! updatedAt: DateTime!
  metafields(${page}, namespace: String): MetafieldConnection!
  media(${page}): MediaConnection!
  variants(${page}): ProductVariantConnection!
}
enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }
type Metafield { id: ID! namespace: String! key: String! value: String! type: String! }
interface Media { id: ID! alt: String }
type MediaImage implements Media { id: ID! alt: String image: Image }
type Image { id: ID url: URL! altText: String }
type ProductVariant implements Node {
  id: ID! legacyResourceId: UnsignedInt64! sku: String title: String! displayName: String! barcode: String
  price: Money! compareAtPrice: Money createdAt: DateTime! updatedAt: DateTime! selectedOptions: [SelectedOption!]!
  inventoryItem: InventoryItem! product: Product! media(${page}): MediaConnection! inventoryQuantity: Int
}
type SelectedOption { name: String! value: String! }
type InventoryItem implements Node {
  id: ID! sku: String tracked: Boolean! requiresShipping: Boolean! measurement: InventoryItemMeasurement!
  inventoryLevels(${page}): InventoryLevelConnection!
}
type InventoryItemMeasurement { weight: Weight }
type Weight { unit: WeightUnit! value: Float! }
enum WeightUnit { GRAMS KILOGRAMS OUNCES POUNDS }
type InventoryLevel implements Node {
  id: ID! location: Location! quantities(names: [String!]!): [InventoryQuantity!]! updatedAt: DateTime!
}
type InventoryQuantity { name: String! quantity: Int! }
type Location implements Node {
  id: ID! name: String! isActive: Boolean! isFulfillmentService: Boolean! fulfillsOnlineOrders: Boolean!
}
type DeliveryProfile implements Node { id: ID! name: String! profileLocationGroups: [DeliveryProfileLocationGroup!]! }
type DeliveryProfileLocationGroup { locationGroupZones(${page}): DeliveryLocationGroupZoneConnection! }
type DeliveryLocationGroupZone { methodDefinitions(${page}): DeliveryMethodDefinitionConnection! }
type DeliveryMethodDefinition implements Node { id: ID! name: String! active: Boolean! }
type MetafieldDefinition implements Node {
  id: ID! namespace: String! key: String! name: String! type: MetafieldDefinitionType!
}
type MetafieldDefinitionType { name: String! }
type WebhookSubscription implements Node {
  id: ID! topic: WebhookSubscriptionTopic! uri: String! format: WebhookSubscriptionFormat!
}
enum WebhookSubscriptionFormat { JSON XML }
enum WebhookSubscriptionTopic {
  ORDERS_CREATE ORDERS_UPDATED ORDERS_DELETE ORDERS_CANCELLED ORDERS_EDITED PRODUCTS_CREATE PRODUCTS_UPDATE
  PRODUCTS_DELETE INVENTORY_LEVELS_UPDATE REFUNDS_CREATE APP_UNINSTALLED
  FULFILLMENT_ORDERS_PLACED_ON_HOLD FULFILLMENT_ORDERS_HOLD_RELEASED
}

input InventorySetQuantitiesInput {
  name: String! reason: String! referenceDocumentUri: String quantities: [InventoryQuantityInput!]!
}
input InventoryQuantityInput { inventoryItemId: ID! locationId: ID! quantity: Int! changeFromQuantity: Int }
type InventorySetQuantitiesPayload { inventoryAdjustmentGroup: InventoryAdjustmentGroup userErrors: [UserError!]! }
type InventoryAdjustmentGroup { id: ID! reason: String! }
type InventoryActivatePayload { inventoryLevel: InventoryLevel userErrors: [UserError!]! }
input ProductVariantsBulkInput { id: ID price: Money compareAtPrice: Money }
type ProductVariantsBulkUpdatePayload { productVariants: [ProductVariant!] userErrors: [UserError!]! }
input FulfillmentInput {
  trackingInfo: FulfillmentTrackingInput notifyCustomer: Boolean = false
  lineItemsByFulfillmentOrder: [FulfillmentOrderLineItemsInput!]!
}
input FulfillmentTrackingInput { number: String url: URL company: String numbers: [String!] urls: [URL!] }
input FulfillmentOrderLineItemsInput {
  fulfillmentOrderId: ID! fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]
}
input FulfillmentOrderLineItemInput { id: ID! quantity: Int! }
type FulfillmentPayload { fulfillment: Fulfillment userErrors: [UserError!]! }
input WebhookSubscriptionInput { uri: String format: WebhookSubscriptionFormat filter: String includeFields: [String!] }
type WebhookSubscriptionPayload { webhookSubscription: WebhookSubscription userErrors: [UserError!]! }
type BulkOperation implements Node {
  id: ID! status: BulkOperationStatus! type: String! errorCode: BulkOperationErrorCode query: String!
  createdAt: DateTime! completedAt: DateTime objectCount: UnsignedInt64! rootObjectCount: UnsignedInt64!
  fileSize: UnsignedInt64 url: URL partialDataUrl: URL
}
enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
type BulkOperationPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }
type WebhookSubscriptionDeletePayload { deletedWebhookSubscriptionId: ID userErrors: [UserError!]! }
${[
  'Order',
  'Product',
  'ProductVariant',
  'Location',
  'DeliveryProfile',
  'DeliveryLocationGroupZone',
  'DeliveryMethodDefinition',
  'MetafieldDefinition',
  'WebhookSubscription',
  'DiscountApplication',
  'LineItem',
  'ShippingLine',
  'RefundLineItem',
  'RefundShippingLine',
  'Return',
  'ReturnLineItemType',
  'FulfillmentLineItem',
  'FulfillmentOrder',
  'FulfillmentOrderLineItem',
  'Metafield',
  'Media',
  'InventoryLevel',
]
  .map(connection)
  .join('')}
`;
