"""The API as template.yaml makes it: who may call what, how much, and what the function may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

SCOPE_OF_ROUTE = {
    "POST /readings": "readings/write",
    "POST /uploads": "readings/write",
    "GET /readings/{reading_id}": "readings/read",
    "GET /readings/{reading_id}/picture": "readings/read",
    "GET /readings": "readings/read",
    "PUT /readings/{reading_id}/correction": "readings/correct",
    "DELETE /readings/{reading_id}": "readings/delete",
    "GET /vins/{vin}": "readings/read",
}

NO_VALUE = {"Ref": "AWS::NoValue"}
TABLE = {"Fn::GetAtt": "ReadingsTable.Arn"}
REQUESTS = {"Fn::GetAtt": "IdempotencyTable.Arn"}
BUCKET = {"Fn::GetAtt": "PhotosBucket.Arn"}
UPLOADS, COPIES, PICTURES = (
    {"Fn::Sub": f"${{PhotosBucket.Arn}}/{prefix}/*"} for prefix in ("uploads", "photos", "pictures")
)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def routes(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each event of the function, by its route."""
    events = resources["ApiFunction"]["Properties"]["Events"].values()
    assert all(event["Type"] == "HttpApi" for event in events)
    return {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": event["Properties"]
        for event in events
    }


@pytest.fixture(scope="module")
def paths(root: Path) -> dict[str, Any]:
    """What the OpenAPI document says of each path."""
    return json.loads((root / "docs/openapi.json").read_text())["paths"]


def test_every_route_asks_for_a_token_with_its_scope(routes: dict[str, dict[str, Any]]) -> None:
    assert {
        route: properties["Auth"]["AuthorizationScopes"] for route, properties in routes.items()
    } == {route: [scope] for route, scope in SCOPE_OF_ROUTE.items()}
    for properties in routes.values():
        assert properties["ApiId"] == {"Ref": "HttpApi"}
        assert set(properties["Auth"]) == {"AuthorizationScopes"}, "the default authorizer stands"


def test_the_gateway_asks_for_what_the_document_says(paths: dict[str, Any]) -> None:
    documented = {
        f"{method.upper()} {path}": operation["security"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    assert documented == {route: [{"tokens": [scope]}] for route, scope in SCOPE_OF_ROUTE.items()}


def test_tokens_are_those_of_the_issuer_given_or_of_the_stack_s_own_pool(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    assert resources["HttpApi"]["Properties"]["Auth"] == {
        "DefaultAuthorizer": "Tokens",
        "Authorizers": {
            "Tokens": {
                "IdentitySource": "$request.header.Authorization",
                "JwtConfiguration": {
                    "issuer": {
                        "Fn::If": [
                            "MakesUserPool",
                            {
                                "Fn::Sub": "https://cognito-idp.${AWS::Region}."
                                "${AWS::URLSuffix}/${UserPool}"
                            },
                            {"Ref": "JwtIssuer"},
                        ]
                    },
                    "audience": {
                        "Fn::If": [
                            "MakesUserPool",
                            [
                                {"Ref": "UserPoolClient"},
                                {"Fn::If": ["HasPages", {"Ref": "PagesClient"}, NO_VALUE]},
                            ],
                            {"Ref": "JwtAudience"},
                        ]
                    },
                },
            }
        },
    }
    assert template["Conditions"]["MakesUserPool"] == {"Fn::Equals": [{"Ref": "JwtIssuer"}, ""]}
    cognito = {
        name: resource
        for name, resource in resources.items()
        if resource["Type"].startswith("AWS::Cognito::")
    }
    # Pages stand on the pool: a rule of the template asks for it.
    assert cognito.pop("PagesClient")["Condition"] == "HasPages"
    assert set(cognito) == {"UserPool", "UserPoolClient", "UserPoolDomain", "ReadingsScopes"}
    assert {resource["Condition"] for resource in cognito.values()} == {"MakesUserPool"}


def test_the_pool_s_client_is_a_program_with_a_secret_that_gets_every_scope(
    resources: dict[str, Any],
) -> None:
    client = resources["UserPoolClient"]["Properties"]
    assert client["GenerateSecret"] is True
    assert client["AllowedOAuthFlows"] == ["client_credentials"]
    assert client["AllowedOAuthFlowsUserPoolClient"] is True
    server = resources["ReadingsScopes"]["Properties"]
    offered = {f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]}
    assert offered == set(client["AllowedOAuthScopes"]) == set(SCOPE_OF_ROUTE.values())
    # A scope must exist before a client may be given it.
    assert resources["UserPoolClient"]["DependsOn"] == "ReadingsScopes"
    pool = resources["UserPool"]["Properties"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_the_stage_is_throttled_by_parameters(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    assert resources["HttpApi"]["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ApiRateLimit"},
        "ThrottlingBurstLimit": {"Ref": "ApiBurstLimit"},
    }
    defaults = {name: one.get("Default") for name, one in template["Parameters"].items()}
    assert (defaults["ApiRateLimit"], defaults["ApiBurstLimit"]) == (50, 100)


def test_the_function_may_do_what_its_routes_need_and_no_more(resources: dict[str, Any]) -> None:
    function = resources["ApiFunction"]["Properties"]
    assert function["Role"] == {"Fn::GetAtt": "ApiRole.Arn"}
    assert "Policies" not in function
    role = resources["ApiRole"]["Properties"]
    assert set(role) == {"AssumeRolePolicyDocument", "Policies"}, "no managed policies"
    (policy,) = role["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    granted = {
        statement["Sid"]: (
            sorted(as_list(statement["Action"])),
            as_list(statement["Resource"]),
            statement.get("Condition"),
        )
        for statement in statements
    }
    assert granted == {
        "GiveAPlaceToUpload": (["s3:PutObject"], [UPLOADS], None),
        "KeepAndShowPhotos": (["s3:GetObject", "s3:PutObject"], [COPIES, PICTURES], None),
        "SeeWhichPicturesAreThere": (["s3:ListBucket"], [BUCKET], None),
        "FindPhotosToDelete": (
            ["s3:ListBucketVersions"],
            [BUCKET],
            {"StringLike": {"s3:prefix": ["uploads/*", "photos/*", "pictures/*"]}},
        ),
        "DeletePhotos": (
            ["s3:DeleteObject", "s3:DeleteObjectVersion"],
            [UPLOADS, COPIES, PICTURES],
            None,
        ),
        "StoreAndFetchReadings": (
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            [TABLE],
            None,
        ),
        "ListReadings": (
            ["dynamodb:Query"],
            [
                {"Fn::Sub": "${ReadingsTable.Arn}/index/by_vin"},
                {"Fn::Sub": "${ReadingsTable.Arn}/index/by_status"},
            ],
            None,
        ),
        "RememberRequests": (
            ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            [REQUESTS],
            None,
        ),
        "WriteLogs": (
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [{"Fn::GetAtt": "ApiLogs.Arn"}],
            None,
        ),
        # X-Ray knows no resources that these two could be limited to.
        "Trace": (["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"], None),
    }


def test_requests_are_forgotten_by_themselves(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    table = resources["IdempotencyTable"]["Properties"]
    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["IDEMPOTENCY_TABLE"] == {"Ref": "IdempotencyTable"}


@pytest.fixture(scope="module")
def gateway(root: Path) -> dict[str, Any]:
    """What the SAM transform makes of HttpApi: the definition that API Gateway gets."""
    template = yaml_parse((root / "template.yaml").read_text())
    parameters = {
        name: one.get("Default", "") for name, one in template.get("Parameters", {}).items()
    }
    for resource in template["Resources"].values():
        for folder in ("CodeUri", "ContentUri"):  # as packaged: the transform asks for S3
            if folder in resource.get("Properties", {}):
                resource["Properties"][folder] = "s3://bucket/key"
    session = boto3.Session(region_name="eu-central-1")
    translator = Translator({}, Parser(), boto_session=session)
    made = translator.translate(template, parameters)
    return made["Resources"]


def test_the_gateway_checks_token_and_scope_of_every_route(gateway: dict[str, Any]) -> None:
    definition = gateway["HttpApi"]["Properties"]["Body"]
    checked = {
        f"{method.upper()} {path}": operation["security"]
        for path, operations in definition["paths"].items()
        for method, operation in operations.items()
    }
    assert checked == {route: [{"Tokens": [scope]}] for route, scope in SCOPE_OF_ROUTE.items()}
    (authorizer,) = definition["components"]["securitySchemes"].values()
    assert authorizer["type"] == "oauth2"
    assert authorizer["x-amazon-apigateway-authorizer"]["type"] == "jwt"


def test_the_only_stage_is_the_throttled_one(gateway: dict[str, Any]) -> None:
    (stage,) = [one for one in gateway.values() if one["Type"] == "AWS::ApiGatewayV2::Stage"]
    assert set(stage["Properties"]["DefaultRouteSettings"]) == {
        "ThrottlingRateLimit",
        "ThrottlingBurstLimit",
    }


def test_the_gateway_alone_invokes_the_function(gateway: dict[str, Any]) -> None:
    permissions = [
        one["Properties"]
        for one in gateway.values()
        if one["Type"] == "AWS::Lambda::Permission"
        and "ApiFunction" in json.dumps(one["Properties"]["FunctionName"])
    ]
    assert len(permissions) == len(SCOPE_OF_ROUTE)
    assert {one["Principal"] for one in permissions} == {"apigateway.amazonaws.com"}
    assert all("HttpApi" in json.dumps(one["SourceArn"]) for one in permissions)
