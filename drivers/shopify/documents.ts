/*
 * Every question that this driver asks. Lists within lists multiply what a question costs: what few orders have is
 * asked for by itself.
 */
// Of an order all of it is in one currency, which the order says once; that of its total is compared with it.
const MONEY = '{ shopMoney { amount } }';
const TAXES = `taxLines { title rate ratePercentage priceSet ${MONEY} }`;
const ALLOCATIONS = `discountAllocations { allocatedAmountSet ${MONEY} discountApplication { index } }`;
const ADDRESS = '{ name company address1 address2 city province zip countryCodeV2 phone }';
const PAGE = 'pageInfo { hasNextPage endCursor }';
const LINE = `id title variantTitle sku quantity currentQuantity unfulfilledQuantity isGiftCard requiresShipping
  variant { id } originalUnitPriceSet ${MONEY} ${TAXES} ${ALLOCATIONS}
  lineItemGroup { id title quantity variantId variantSku } customAttributes { key value }`;

const ORDER = `id name email phone note test processedAt updatedAt cancelledAt
  displayFinancialStatus displayFulfillmentStatus currencyCode taxesIncluded sourceName poNumber
  customAttributes { key value } paymentGatewayNames paymentTerms { paymentTermsType }
  customer { id displayName } billingAddress ${ADDRESS} shippingAddress ${ADDRESS}
  totalPriceSet { shopMoney { amount currencyCode } } currentTotalPriceSet ${MONEY} totalTaxSet ${MONEY} currentTotalTaxSet ${MONEY}
  totalDiscountsSet ${MONEY} currentTotalDiscountsSet ${MONEY} totalReceivedSet ${MONEY} totalRefundedSet ${MONEY}
  totalTipReceivedSet ${MONEY} currentTotalDutiesSet ${MONEY}
  additionalFees { id name price ${MONEY} ${TAXES} } ${TAXES}
  discountApplications(first: 10) { nodes { index
    ... on DiscountCodeApplication { code } ... on AutomaticDiscountApplication { title }
    ... on ManualDiscountApplication { title } ... on ScriptDiscountApplication { title } } }
  lineItems(first: 40) { nodes { ${LINE} } ${PAGE} }
  shippingLines(first: 5) { nodes { title code isRemoved discountedPriceSet ${MONEY} ${TAXES} ${ALLOCATIONS} } }
  transactions(first: 20) { id kind status gateway paymentId amountSet ${MONEY} }
  fulfillmentOrders(first: 10) { nodes { status fulfillAt fulfillmentHolds { reasonNotes displayReason } } }`;

const VARIANT_ALONE = `id sku title barcode price compareAtPrice selectedOptions { name value }
  inventoryItem { tracked measurement { weight { unit value } } }`;
const VARIANT = `${VARIANT_ALONE} media(first: 1) { nodes { id } }`;
const LEVELS = 'location { id } quantities(names: ["available", "on_hand", "committed"]) { name quantity }';

export const ORDERS = `query ($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { ${ORDER} } ${PAGE} } }`;
export const ORDERS_BY_ID = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { ${ORDER} } } }`;
export const ORDER_LINES = `query ($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 250, after: $after) { nodes { ${LINE} } ${PAGE} } } }`;
export const ORDER_CREDITS = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id
  refunds(first: 10) { id createdAt note totalRefundedSet ${MONEY}
    refundLineItems(first: 50) { nodes { lineItem { id } quantity restockType subtotalSet ${MONEY} totalTaxSet ${MONEY} } pageInfo { hasNextPage } }
    refundShippingLines(first: 5) { nodes { subtotalAmountSet ${MONEY} taxAmountSet ${MONEY} } } }
  returns(first: 10) { pageInfo { hasNextPage } nodes { id status createdAt
    returnLineItems(first: 50) { nodes { quantity returnReasonNote ... on ReturnLineItem { fulfillmentLineItem { lineItem { id } } } } pageInfo { hasNextPage } } } }
} } }`;
export const ORDER_COUNT = 'query ($query: String) { ordersCount(query: $query, limit: null) { count precision } }';
export const ORDER_IDS = `query ($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, query: $query, sortKey: ID) { nodes { id } ${PAGE} } }`;

const PRODUCT_ALONE = '__typename id title descriptionHtml vendor productType status createdAt updatedAt';
const PRODUCT = `${PRODUCT_ALONE}
  metafields(first: 25, namespace: "custom") { nodes { key value } }
  media(first: 25) { nodes { id alt ... on MediaImage { image { url } } } }
  variants(first: 50) { nodes { ${VARIANT} } ${PAGE} }`;
export const PRODUCTS = `query ($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { ${PRODUCT} } ${PAGE} } }`;
export const PRODUCTS_BY_ID = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { ${PRODUCT} } } }`;
export const PRODUCT_VARIANTS = `query ($id: ID!, $after: String) {
  product(id: $id) { variants(first: 250, after: $after) { nodes { ${VARIANT} } ${PAGE} } } }`;
export const PRODUCT_COUNT = 'query ($query: String) { productsCount(query: $query, limit: null) { count precision } }';
export const PRODUCT_IDS = `query ($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: ID) { nodes { id } ${PAGE} } }`;

const STOCKED = `__typename id sku inventoryItem { tracked inventoryLevels(first: 50) { nodes { ${LEVELS} } pageInfo { hasNextPage } } }`;
export const STOCK = `query ($first: Int!, $after: String) {
  productVariants(first: $first, after: $after, sortKey: ID) { nodes { ${STOCKED} } ${PAGE} } }`;
export const VARIANT_COUNT = '{ productVariantsCount(limit: null) { count } }';
export const STOCK_BY_ID = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { ${STOCKED} } } }`;
export const VARIANTS_BY_ID = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant {
  id inventoryItem { id tracked } product { id } } } }`;
export const SET_QUANTITIES = `mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { field message code } } }`;
export const ACTIVATE = `mutation ($item: ID!, $location: ID!, $available: Int, $onHand: Int) {
  inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available, onHand: $onHand) {
    userErrors { field message } } }`;
export const SET_PRICES = `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: true) {
    userErrors { field message code } } }`;

export const ORDER_TO_SHIP = `query ($id: ID!) { order(id: $id) { id name cancelledAt
  fulfillmentOrders(first: 20) { nodes { id status supportedActions { action } assignedLocation { location { id } }
    lineItems(first: 250) { nodes { id remainingQuantity lineItem { id } } pageInfo { hasNextPage } } } }
  fulfillments(first: 100) { id status trackingInfo(first: 20) { number company url }
    fulfillmentLineItems(first: 50) { nodes { quantity lineItem { id } } pageInfo { hasNextPage } } } } }`;
export const FULFIL = `mutation ($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } } }`;
export const CORRECT = `mutation ($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id } userErrors { field message } } }`;

export const IDENTITY = `{ shop { id name myshopifyDomain currencyCode }
  currentAppInstallation { accessScopes { handle } } }`;
export const BUYER = '{ orders(first: 1) { nodes { id email customer { id } } } }';
export const SHOP_MONEY = '{ shop { currencyCode taxesIncluded } }';
export const CATALOGUE = `{ shop { currencyCode taxesIncluded } productVariantsCount(limit: null) { count } }`;
export const LOCATIONS = `query ($after: String) { locations(first: 100, after: $after) {
  nodes { id name isFulfillmentService } ${PAGE} } }`;
export const METHODS = `{ deliveryProfiles(first: 5) { nodes { profileLocationGroups {
  locationGroupZones(first: 10) { nodes { methodDefinitions(first: 10) { nodes { id name active } } } } } } } }`;
export const ATTRIBUTES = `query ($after: String) { metafieldDefinitions(first: 100, after: $after, ownerType: PRODUCT) {
  nodes { id namespace key name type { name } } ${PAGE} } }`;

export const HOOKS = `query ($after: String) {
  webhookSubscriptions(first: 100, after: $after) { nodes { id topic uri } ${PAGE} } }`;
export const SUBSCRIBE = `mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id } userErrors { field message } } }`;
export const UNSUBSCRIBE = `mutation ($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }`;

/*
 * What is asked for as a whole, and comes as a file: at most five lists, two deep, each by `edges`, and none is cut by
 * `first`. What lies in a list has `id` or `__typename`, to be told apart.
 */
const edges = (node: string): string => `{ edges { node { ${node} } } }`;
export const BULK_PRODUCTS = `{ products ${edges(`${PRODUCT_ALONE}
  metafields(namespace: "custom") ${edges('__typename id key value')}
  media ${edges('__typename id alt ... on MediaImage { image { url } }')}
  variants ${edges(`__typename ${VARIANT_ALONE} media ${edges('__typename id')}`)}`)} }`;
export const BULK_STOCK = `{ productVariants ${edges(`__typename id sku
  inventoryItem { id tracked inventoryLevels ${edges(LEVELS)} }`)} }`;
export const BULK_RUN = `mutation ($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: true) {
  bulkOperation { id } userErrors { message code } } }`;
export const BULK_STATE = `query ($id: ID!) { bulkOperation(id: $id) { status errorCode rootObjectCount url } }`;
