"""The ways people reach the office; each is an aiogram session and a source of updates."""
