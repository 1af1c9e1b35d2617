"""What a user of ShopifyAPI, Shopify's own client for Python, does at a shop by GraphQL."""

import json
import sys

import shopify

asked = json.load(sys.stdin)
shopify.Session.setup(protocol="http")


def client(token):
    session = shopify.Session("shop.myshopify.com", "2026-07", token)
    session.url = asked["host"]
    shopify.ShopifyResource.activate_session(session)
    return shopify.GraphQL()


graphql = client(asked["token"])
seen = {}


def ask(query, **variables):
    return json.loads(graphql.execute(query, variables))


def pages(connection, size, fields):
    found, after = [], None
    while True:
        query = f"query ($n: Int!, $after: String) {{ {connection}(first: $n, after: $after, sortKey: UPDATED_AT) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        page = ask(query, n=size, after=after)["data"][connection]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


seen["cost"] = ask("{ shop { name } }")["extensions"]["cost"]
seen["shop"] = ask("{ shop { myshopifyDomain currencyCode } }")["data"]["shop"]
seen["orders"] = pages("orders", 4, "id name")
seen["products"] = pages("products", 3, "id title variants(first: 10) { nodes { id sku } }")
seen["order"] = ask(
    """query ($id: ID!) { order(id: $id) {
        name totalPriceSet { shopMoney { amount currencyCode } } lineItems(first: 50) { nodes { id sku quantity } }
        fulfillmentOrders(first: 5) { nodes { id status lineItems(first: 50) { nodes { id remainingQuantity } } } }
    } }""",
    id=asked["order"],
)["data"]["order"]
seen["no order"] = ask("{ order(id: \"gid://shopify/Order/999999999\") { id } }")["data"]["order"]
seen["no field"] = ask("{ shop { nonsense } }")["errors"][0]["message"]

variant = ask(
    """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { sku inventoryItem { id
        inventoryLevels(first: 5) { nodes { location { id name } quantities(names: ["available"]) { name quantity } } } } } } }""",
    ids=[asked["variant"]],
)["data"]["nodes"][0]
item = variant["inventoryItem"]
level = item["inventoryLevels"]["nodes"][0]
seen["level"] = {"sku": variant["sku"], "available": level["quantities"][0]["quantity"]}
SET = """mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } }
}"""
change = {
    "inventoryItemId": item["id"],
    "locationId": level["location"]["id"],
    "quantity": asked["quantity"],
    "changeFromQuantity": level["quantities"][0]["quantity"],
}
quantities = {"name": "available", "reason": "correction", "quantities": [change]}
seen["set"] = ask(SET, input=quantities, key="one")["data"]["inventorySetQuantities"]["userErrors"]
seen["set again"] = ask(SET, input=quantities, key="one")["data"]["inventorySetQuantities"]["userErrors"]
seen["set anew"] = ask(SET, input=quantities, key="two")["data"]["inventorySetQuantities"]["userErrors"]

SHIP = """mutation ($fulfillment: FulfillmentInput!) {
    fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id status trackingInfo { number company } } userErrors { message } }
}"""
open_order = seen["order"]["fulfillmentOrders"]["nodes"][0]
first = open_order["lineItems"]["nodes"][0]
parcel = {
    "notifyCustomer": False,
    "trackingInfo": {"number": asked["tracking"], "company": "Post"},
    "lineItemsByFulfillmentOrder": [
        {"fulfillmentOrderId": open_order["id"], "fulfillmentOrderLineItems": [{"id": first["id"], "quantity": 1}]}
    ],
}
seen["parcel"] = ask(SHIP, fulfillment=parcel)["data"]["fulfillmentCreate"]
parcel["lineItemsByFulfillmentOrder"][0]["fulfillmentOrderLineItems"][0]["quantity"] = 100
seen["too much"] = ask(SHIP, fulfillment=parcel)["data"]["fulfillmentCreate"]

# The client prints the refusal of a key before it throws: that is no part of the answer.
answer, sys.stdout = sys.stdout, sys.stderr
graphql = client("shpat_other")
try:
    ask("{ shop { name } }")
except Exception as error:
    seen["wrong key"] = error.code
json.dump(seen, answer)
