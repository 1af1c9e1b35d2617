"""What a user of pymagento does at a shop, as its README shows it."""

import json
import sys

from magento import Magento
from magento.exceptions import MagentoException
from requests.exceptions import HTTPError

asked = json.load(sys.stdin)
shop = Magento(token=asked["token"], base_url=asked["url"], batch_page_size=4, max_retries=0)
seen = {}


def refusal(call, *arguments, **options):
    """What the client says that the shop says."""
    try:
        call(*arguments, **options)
    except MagentoException as error:
        return {"message": error.message, "parameters": error.parameters}
    except HTTPError as error:
        return {"status": error.response.status_code}
    return None


seen["orders"] = [order["entity_id"] for order in shop.get_orders()]
seen["orders at all"] = shop.get_total_orders_count()
seen["last orders"] = [order["increment_id"] for order in shop.get_last_orders(3)]
seen["order"] = shop.get_order(asked["order"])
seen["order by number"] = shop.get_order_by_increment_id(asked["number"])["entity_id"]
seen["orders by number"] = list(shop.get_orders_by_increment_ids([asked["number"], "none"]))
seen["no order"] = shop.get_order(999999999, none_on_404=True)
seen["no order by number"] = shop.get_order_by_increment_id("none")

seen["products"] = [product["id"] for product in shop.get_products()]
seen["names alone"] = list(shop.get_products(limit=2, fields="sku,name"))
seen["product"] = shop.get_product(asked["sku"])
seen["product by id"] = shop.get_product_by_id(asked["variant"])["sku"]
seen["no product"] = shop.get_product("NONE")

seen["sources"] = [source["source_code"] for source in shop.get_sources()]
seen["levels"] = [[item["sku"], item["source_code"], item["quantity"]] for item in shop.get_source_items()]
shop.save_source_items([{"sku": asked["sku"], "source_code": "main", "quantity": asked["quantity"], "status": 1}])
seen["level"] = [item["quantity"] for item in shop.get_source_items(sku=asked["sku"], source_code="main")]
seen["levels of two"] = len(list(shop.get_source_items(skus=[asked["sku"], asked["other"]], source_code="main")))
item = shop.get_product_stock_item(asked["other"])
shop.update_product_stock_item_quantity(asked["other"], item["item_id"], asked["quantity"] + 1)
seen["stock item"] = shop.get_product_stock_item(asked["other"])["qty"]
seen["no level"] = refusal(
    shop.save_source_items, [{"sku": "NONE", "source_code": "main", "quantity": 1, "status": 1}]
)
shop.save_base_prices([{"price": asked["price"], "store_id": 0, "sku": asked["other"]}])

line = seen["order"]["items"][0]
parcel = {
    "items": [{"order_item_id": line["item_id"], "qty": 1}],
    "notify": False,
    "tracks": [{"track_number": asked["tracking"], "title": "Post", "carrier_code": "custom"}],
}
seen["shipment"] = shop.ship_order(asked["order"], parcel)
seen["shipments"] = [[one["entity_id"], one["items"]] for one in shop.get_order_shipments(asked["order"])]
seen["one shipment"] = shop.get_shipment(seen["shipment"])["tracks"][0]["track_number"]
parcel["items"][0]["qty"] = 100
seen["too much"] = refusal(shop.ship_order, asked["order"], parcel)
seen["wrong key"] = refusal(Magento(token="at-other", base_url=asked["url"], max_retries=0).get_order, asked["order"])

json.dump(seen, sys.stdout)
