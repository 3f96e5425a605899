"""Our own calls: conversion, rules, schemas, health and the description of the service."""
