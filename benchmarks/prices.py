"""What AWS asks for what a photo uses, in US East (N. Virginia), without free tiers and discounts.

Looked up on 26 November 2026. AWS's own pages fill many figures in by script; where they show none
as text, a page that quotes the figure is named too.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PRICES", "Price"]


@dataclass(frozen=True)
class Price:
    """US dollars for one `unit`."""

    dollars: float
    unit: str
    source: str


MILLION = 1e-6
PRICES = {
    "lambda x86_64": Price(
        0.0000166667,
        "GB-second",
        "aws.amazon.com/lambda/pricing; cloudchipr.com/blog/aws-lambda-pricing",
    ),
    "lambda arm64": Price(
        0.0000133334,
        "GB-second",
        "aws.amazon.com/lambda/pricing; cloudchipr.com/blog/aws-lambda-pricing",
    ),
    "lambda request": Price(0.20 * MILLION, "request", "aws.amazon.com/lambda/pricing"),
    "s3 write": Price(
        0.005 / 1000, "PUT", "aws.amazon.com/s3/pricing; c3x.dev/blog/s3-request-fees-explained"
    ),
    "s3 read": Price(
        0.0004 / 1000,
        "GET, HEAD",
        "aws.amazon.com/s3/pricing; c3x.dev/blog/s3-request-fees-explained",
    ),
    "sqs": Price(
        0.40 * MILLION,
        "request",
        "aws.amazon.com/sqs/pricing; cloudburn.io/blog/amazon-sqs-pricing",
    ),
    "dynamodb write": Price(
        0.625 * MILLION,
        "write unit (1 KB)",
        "aws.amazon.com/dynamodb/pricing; airbyte.com/data-engineering-resources/dynamodb-pricing",
    ),
    "logs": Price(
        0.50, "GB", "aws.amazon.com/cloudwatch/pricing; go-cloud.io/aws-api-gateway-pricing"
    ),
    "traces": Price(5.00 * MILLION, "trace recorded", "aws.amazon.com/xray/pricing"),
    "events": Price(
        1.40 * MILLION,
        "event, by a pipe",
        "aws.amazon.com/eventbridge/pricing: $1.00 for the event, $0.40 for the pipe",
    ),
    "http api": Price(
        1.00 * MILLION,
        "request",
        "aws.amazon.com/api-gateway/pricing; go-cloud.io/aws-api-gateway-pricing",
    ),
}
