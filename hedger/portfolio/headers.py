"""Column names: which ones mean a symbol, a quantity, a price, and which row is a header at all.

Names are compared without case, accents, spaces and punctuation, and whole: ``Last Price`` is a price, ``Last Price
Change`` is not. Within a field, names stand in order of preference, so that ``Symbol`` wins over ``Security #``.
The synonyms are those of brokers' and trackers' exports, plus their German, French, Spanish, Portuguese, Italian,
Dutch, Chinese and Japanese equivalents.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

Field = Literal[
    "symbol",
    "name",
    "quantity",
    "price",
    "value",
    "weight",
    "account",
    "account_name",
    "currency",
    "asset_type",
    "subtype",
    "cusip",
    "isin",
    "exchange",
    "multiplier",
    "strike",
    "expiry",
    "right",
    "underlying",
    "direction",
    "level",
    "rate",
    "bid",
    "ask",
]


def normalise(name: str) -> str:
    """Return a column name without case, accents, spaces and punctuation; ``"%"`` alone becomes ``"percent"``."""
    return _normalise(name) if len(name) <= 100 else ""


@lru_cache(maxsize=4096)
def _normalise(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c for c in decomposed if c.isalnum())
    return "percent" if not kept and "%" in name else kept


def _names(text: str) -> tuple[str, ...]:
    return tuple(normalise(name) for name in text.split(","))


SYNONYMS: Mapping[Field, tuple[str, ...]] = MappingProxyType(
    {
        "symbol": _names(
            "symbol,ticker,ticker symbol,stock symbol,security symbol,stock ticker,symbol/isin,symbol/cusip,instrument,"
            "financial instrument description,tickersymbol,stock,kürzel,börsenkürzel,symbole,símbolo,simbolo,symbool,"
            "código,codigo,代码,代碼,股票代码,代號,銘柄コード,コード,code,security id,wkn,ativo,security"
        ),
        "name": _names(
            "description,security description,name,security name,investment name,fund name,company name,company,product,"
            "investment,holding,security,asset,asset name,wertpapier,bezeichnung,wertpapiername,produkt,libellé,nom,valeur,"
            "produit,nombre,descripción,nome,descrizione,omschrijving,naam,名称,名稱,股票名称,銘柄名,銘柄"
        ),
        "quantity": _names(
            "quantity,qty,qty (quantity),qty #,shares,units,number of shares,share count,no. of shares,# of shares,"
            "shares owned,shares/units,quantity/shares,shares held,position,holdings,contracts,net quantity,current quantity,"
            "total quantity,stück,stücke,bestand,anzahl,menge,nominal,stk,quantité,qté,nombre de titres,nombre de parts,"
            "cantidad,títulos,acciones,quantidade,quantità,aantal,持有数量,持仓数量,持倉數量,持有數量,数量,數量,保有数量,保有株数"
        ),
        "price": _names(
            "price,last price,last price $,share price,current price,market price,close price,closing price,closing,close,"
            "mark,markprice,mark price,price ($),last,last trade,unit price,price per share,quote,nav,market price per share,"
            "kurs,aktueller kurs,schlusskurs,preis,cours,dernier cours,prix,clôture,precio,último precio,preço,cotação,"
            "prezzo,koers,slotkoers,现价,現價,最新价,現在値,現在値（円）,単価"
        ),
        "value": _names(
            "market value,mkt val (market value),mkt val,mkt. value,mkt value,current value,total value,value,value $,"
            "value ($),positionvalue,position value,current market value,market value ($),market value (usd),value (usd),"
            "equity,net liq,balance,ending value,ending market value,holding value,holdings value,marktwert,kurswert,wert,"
            "gesamtwert,valorisation,valeur de marché,montant,valor de mercado,valor,controvalore,valore,valore di mercato,"
            "marktwaarde,waarde,市值,参考市值,評価額,時価評価額"
        ),
        "weight": _names(
            "weight,weight (%),portfolio weight,weighting,allocation,% of portfolio,portfolio %,% portfolio,percent,pct,"
            "percentage,target,target weight,target allocation,current allocation,gewicht,gewichtung,anteil,poids,peso,"
            "gewicht %,%"
        ),
        "account": _names(
            "account number,account #,account,account no,account no.,acct,acct #,account name/number,clientaccountid,"
            "account id,accountid,fund account number,plan number,account name,konto,kontonummer,depot,depotnummer,compte,"
            "numéro de compte,cuenta,conta,conto,rekening,portfolio,portfolio name"
        ),
        "account_name": _names("account name,account type,account nickname,account description"),
        "currency": _names(
            "currency,currencyprimary,ccy,market value currency,market price currency,price currency,local ccy,base ccy,"
            "trading currency,währung,devise,divisa,moneda,moeda,valuta,币种,幣種,通貨"
        ),
        "asset_type": _names(
            "asset type,security type,asset category,asset class,assetclass,instrument type,investment type,product type,"
            "sec type,type,assettype,wertpapiertyp,anlageklasse"
        ),
        "subtype": _names("subcategory,sub category,asset sub type"),
        "cusip": _names("cusip,cusip #,cusip number"),
        "isin": _names("isin,isin code,isin number"),
        "exchange": _names("mic,listing exch,listingexchange,exchange,listing exchange,market,primary exchange,börse"),
        "multiplier": _names("mult,multiplier,contract multiplier,contract size"),
        "strike": _names("strike,strike price"),
        "expiry": _names("expiry,expiration,exp date,expiration date,expiry date,exp. date"),
        "right": _names("put/call,call/put,call put,right,option type,putcall,c/p"),
        "underlying": _names("underlying,underlyingsymbol,underlying symbol"),
        "direction": _names("position direction,direction,side,long/short,transaction type,position type"),
        "level": _names("datadiscriminator,levelofdetail,level of detail"),
        "rate": _names("fxratetobase,fx rate to base,exchange rate,fx rate"),
        "bid": _names("bid,bid (sell)"),
        "ask": _names("ask,ask (buy)"),
    }
)
"""Names of each field's column, the preferred first, as :func:`normalise` writes them."""

IDENTIFYING: tuple[Field, ...] = ("symbol", "isin", "cusip")
MEASURING: tuple[Field, ...] = ("quantity", "value", "weight")

_SETTLING = frozenset(
    _names("run date,activity date,settlement date,settle date,process date,settledatetarget,settledate")
)
_TRADING = frozenset(_names("trade date,tradedate,date,transaction date,date/time,datetime"))
_ACTING = frozenset(_names("action,transaction type,transactiontype,trans code,buy/sell,type,activity,transaction"))
_PAYING = frozenset(
    _names(
        "amount,fee,fees,fees & comm,net amount,principal amount,proceeds,commission fees,commissions and fees,netcash"
    )
)


def is_transactions(names: Iterable[str]) -> bool:
    """Tell whether normalised column names are those of a list of trades rather than of holdings."""
    found = set(names) - {""}
    is_trading = bool(found & _TRADING and found & _ACTING and found & _PAYING)
    return len(found) >= 4 and (is_trading or bool(found & _SETTLING))


def match_columns(
    names: Sequence[str], overrides: Mapping[Field, tuple[str, ...]] = MappingProxyType({})
) -> dict[Field, int]:
    """Find the column of each field.

    Parameters
    ----------
    names
        Normalised names of the columns, in order.
    overrides
        Names that replace :data:`SYNONYMS` for a field; an empty tuple leaves the field out. A name that begins
        with ``">"`` stands for the column to the right of the one so named.

    Returns
    -------
    dict
        Position of the column for every field that has one; each column serves one field.
    """
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        positions.setdefault(name, position)
    columns: dict[Field, int] = {}
    taken: set[int] = set()
    for field, synonyms in SYNONYMS.items():
        for name in overrides.get(field, synonyms):
            position = positions.get(name.removeprefix(">"), -1)
            position += name.startswith(">") and position >= 0
            if 0 <= position < len(names) and position not in taken:
                columns[field] = position
                taken.add(position)
                break
    return columns


def has_holdings(names: Sequence[str]) -> bool:
    """Tell whether normalised column names identify holdings and, in another column, measure them."""
    identifying = [name in _IDENTIFYING_NAMES for name in names]
    measuring = [name in _MEASURING_NAMES for name in names]
    return any(identifying) and any(measuring) and sum(identifying) + sum(measuring) >= 2


_IDENTIFYING_NAMES = frozenset(name for field in IDENTIFYING for name in SYNONYMS[field])
_MEASURING_NAMES = frozenset(name for field in MEASURING for name in SYNONYMS[field])
