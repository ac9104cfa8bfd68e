"""A model server that knows a few texts by heart: `python -m tests.flow.standin_model PORT`.

It stands in for a second Rasa where two real ones would be too heavy, and answers as Rasa does.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.flow.crowd import QUESTIONS


async def parse(request: Request) -> JSONResponse:
    """Answer with the topic of a text of the crowd's; of anything else with a guess that nobody would act on."""
    said = str((await request.json())["text"])
    topic = next((topic for text, topic in QUESTIONS.items() if said.endswith(text)), None)
    ranking = [{"name": topic or "di_luar_topik", "confidence": 0.95 if topic else 0.2}]
    ranking += [{"name": "topik_baru", "confidence": 0.02}]
    entities = [{"entity": "service", "value": "konsultasi", "start": 0, "end": 0}] if "kons" in said else []
    return JSONResponse({"text": said, "intent_ranking": ranking, "entities": entities})


async def status(_request: Request) -> JSONResponse:
    """Say that a model is loaded."""
    return JSONResponse({"model_id": "standin"})


app = Starlette(routes=[Route("/model/parse", parse, methods=["POST"]), Route("/status", status)])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
